'use client';

import type { ReactNode } from 'react';
import { useHearing } from '../hooks/use-hearing.ts';
import { useLabels } from '../labels/use-labels.ts';
import type { CallPartProps } from './part-props.ts';

/**
 * Who hears the call, in sentences, as the oracle's agent declared it under the oracle's signature. `data-hearing` is `here` when nothing leaves the oracle's machine,
 * else `elsewhere`. Nothing until it is known.
 */
export function HearingNote({ call, className, labels }: CallPartProps): ReactNode {
  const words = useLabels(labels);
  const hearing = useHearing(call);
  if (hearing === undefined) return null;
  const { declared, listeners, isRemembered } = hearing;
  const sent = listeners.flatMap(({ host, what }) => what.map((kind) => words.sentTo[kind](host)));
  const lines = [
    ...(sent.length === 0 ? [words.heardHere] : sent),
    ...(declared.pictures?.where === 'this-machine' ? [words.seenHere] : []),
    ...(declared.remembers ? [isRemembered ? words.remembers : words.keepsNothing] : []),
  ];
  return (
    <ul className={className} aria-label={words.hearing} data-hearing={sent.length === 0 ? 'here' : 'elsewhere'}>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
