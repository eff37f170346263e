import type { Readable } from 'node:stream';
import { isOracleCallError } from '@oracle-calls/protocol';
import type { OracleCallError } from '@oracle-calls/protocol';
import type { OracleCall } from '@oracle-calls/sdk/core';
import type { Source } from '../call-settings.ts';
import { LineQueue } from './line-queue.ts';
import { readRawSound } from './raw-sound.ts';
import type { Talk } from './talk.ts';
import { LINE_HELP, typedLines } from './typed-lines.ts';
import type { TypedLine } from './typed-lines.ts';
import type { Utterance } from './utterance.ts';

export interface ConversationOptions {
  readonly call: Pick<OracleCall, 'confirmComparisonCode'>;
  readonly talk: Talk;
  readonly source: Source;
  /** What the file of that source holds. */
  readonly file: Utterance | undefined;
  readonly stdin: Readable;
  /** Takes a typed line for the answer to what the oracle asks, if it is one. */
  readonly answer: (line: string) => boolean;
  readonly progress: (line: string) => void;
  /** The call is over, or is to be. */
  readonly signal: AbortSignal;
}

/** Tells the oracle everything that there is to tell. Returns what went wrong with that; that the call ended meanwhile is not wrong. */
export async function converse(options: ConversationOptions): Promise<OracleCallError | undefined> {
  try {
    await run(options);
    return undefined;
  } catch (error) {
    if (options.signal.aborted) return undefined;
    if (isOracleCallError(error)) return error;
    throw error;
  }
}

async function run({ call, talk, source, file, stdin, answer, progress, signal }: ConversationOptions): Promise<void> {
  await talk.begin();
  switch (source.kind) {
    case 'texts':
      for (const text of source.texts) await talk.tell({ kind: 'text', text });
      return;
    case 'file':
      if (file !== undefined) await talk.tell(file);
      return;
    case 'pcm':
      await talk.stream(readRawSound(stdin, source.sampleRate));
      return;
    case 'lines':
      progress(LINE_HELP);
      for await (const line of unlessAnswers(typedLines(stdin, signal), answer)) {
        if (line.kind === 'hang-up') return;
        if (line.kind === 'text') await talk.tell(line);
        else await call.confirmComparisonCode(line.isSame);
      }
  }
}

/** What is typed, but for answers to what the oracle asks: those are taken at once, while the line before them is still being answered. */
function unlessAnswers(lines: AsyncIterable<TypedLine>, answer: (line: string) => boolean): LineQueue<TypedLine> {
  const queue = new LineQueue<TypedLine>();
  const pump = async (): Promise<void> => {
    for await (const line of lines) {
      if (line.kind !== 'text' || !answer(line.text)) queue.push(line);
    }
  };
  pump().then(
    () => queue.end(),
    (cause: unknown) => queue.end({ cause }),
  );
  return queue;
}
