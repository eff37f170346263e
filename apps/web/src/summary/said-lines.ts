import type { Caption, ChatMessage } from '@oracle-calls/react';
import type { TranscriptLine } from '@oracle-calls/sdk';

/** What was said and written in a call, in one order, as a transcript has it. What was not understood to the end is left out. */
export function saidLines(captions: readonly Caption[], messages: readonly ChatMessage[]): readonly TranscriptLine[] {
  const spoken = captions
    .filter(({ isFinal, text }) => isFinal && text.trim() !== '')
    .map(({ speaker, text, at }): TranscriptLine => ({ speaker, how: 'spoken', text, at }));
  const written = messages
    .filter(({ status }) => status !== 'failed')
    .map(({ from, text, at }): TranscriptLine => ({ speaker: from, how: 'written', text, at }));
  return [...spoken, ...written].toSorted((one, other) => one.at - other.at);
}
