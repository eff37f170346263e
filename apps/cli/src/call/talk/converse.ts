import type { Readable } from 'node:stream';
import { isOracleCallError } from '@oracle-calls/protocol';
import type { OracleCallError } from '@oracle-calls/protocol';
import type { OracleCall } from '@oracle-calls/sdk/core';
import type { Source } from '../call-settings.ts';
import { readRawSound } from './raw-sound.ts';
import type { Talk } from './talk.ts';
import { LINE_HELP, typedLines } from './typed-lines.ts';
import type { Utterance } from './utterance.ts';

export interface ConversationOptions {
  readonly call: Pick<OracleCall, 'confirmComparisonCode'>;
  readonly talk: Talk;
  readonly source: Source;
  /** What the file of that source holds. */
  readonly file: Utterance | undefined;
  readonly stdin: Readable;
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

async function run({ call, talk, source, file, stdin, progress, signal }: ConversationOptions): Promise<void> {
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
      for await (const line of typedLines(stdin, signal)) {
        if (line.kind === 'hang-up') return;
        if (line.kind === 'text') await talk.tell(line);
        else await call.confirmComparisonCode(line.isSame);
      }
  }
}
