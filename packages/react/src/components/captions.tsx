'use client';

import type { ReactNode } from 'react';
import { useCaptions } from '../hooks/use-call-facts.ts';
import type { Labels } from '../labels/labels.ts';
import { useLabels } from '../labels/use-labels.ts';
import type { Caption } from '../store/captions.ts';
import type { CallPartProps } from './part-props.ts';

export interface CaptionsProps extends CallPartProps {
  /** Shows the last so many finished lines; all when absent. */
  readonly limit?: number | undefined;
}

function Line({ caption, words }: { readonly caption: Caption; readonly words: Labels }): ReactNode {
  return (
    <>
      <span data-part="speaker">{words.speakers[caption.speaker]}</span>{' '}
      <span data-part="text" dir="auto">
        {caption.text}
      </span>
    </>
  );
}

/**
 * What both sides say. Finished lines stand in a live region, which is read politely, line by line. A line that still changes stands beside
 * it for eyes alone: read aloud, each word would come again and again.
 */
export function Captions({ call, className, labels, limit }: CaptionsProps): ReactNode {
  const words = useLabels(labels);
  const captions = useCaptions(call);
  const finished = captions.filter(({ isFinal }) => isFinal);
  const shown = limit === undefined ? finished : finished.slice(Math.max(0, finished.length - limit));
  return (
    <section className={className} aria-label={words.captions}>
      <ol aria-live="polite" aria-relevant="additions">
        {shown.map((caption) => (
          <li key={caption.key} data-speaker={caption.speaker} data-state="final">
            <Line caption={caption} words={words} />
          </li>
        ))}
      </ol>
      <div aria-hidden="true">
        {captions
          .filter(({ isFinal }) => !isFinal)
          .map((caption) => (
            <p key={caption.key} data-speaker={caption.speaker} data-state="partial">
              <Line caption={caption} words={words} />
            </p>
          ))}
      </div>
    </section>
  );
}
