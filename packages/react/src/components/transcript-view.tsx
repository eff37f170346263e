'use client';

import type { CallOfOracle } from '@oracle-calls/sdk';
import type { ReactNode } from 'react';
import { useTranscript } from '../hooks/use-call-history.ts';
import { useLabels } from '../labels/use-labels.ts';
import type { PartProps } from './part-props.ts';

export interface TranscriptViewProps extends PartProps {
  /** Nothing is shown without one. */
  readonly call: CallOfOracle | undefined;
  /** BCP 47 tag for times; the browser's when absent. */
  readonly locale?: string | undefined;
}

/** What was said and written in a past call, as this account's devices kept it. */
export function TranscriptView({ call, locale, className, labels }: TranscriptViewProps): ReactNode {
  const words = useLabels(labels);
  const read = useTranscript(call);
  if (call === undefined) return null;
  const times = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });
  return (
    <section className={className} aria-label={words.transcript} data-state={read.status}>
      <p role="status">
        {read.status === 'loading' && words.loading}
        {read.status === 'absent' && words.noTranscript}
        {read.status === 'failed' && read.error.message}
        {read.status === 'ready' && !read.transcript.isComplete && words.transcriptLacks}
      </p>
      {read.status === 'failed' && (
        <button type="button" onClick={read.reload}>
          {words.retry}
        </button>
      )}
      {read.status === 'ready' && (
        <ol>
          {read.transcript.lines.map(({ speaker, how, text, at }, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- lines never move: their place is their name
            <li key={index} data-speaker={speaker} data-how={how}>
              <time dateTime={new Date(at).toISOString()}>{times.format(at)}</time>{' '}
              <span data-part="speaker">{words.speakers[speaker]}</span>{' '}
              <span data-part="text" dir="auto">
                {text}
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
