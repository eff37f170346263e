import { toOracleCallError, type OracleCallError } from '@oracle-calls/protocol';
import type { CallHistory, CallOfOracle, Transcript } from '@oracle-calls/sdk';
import { Cell } from './cell.ts';

/** `absent`: nothing was kept, or it cannot be read on this device. */
export type ReadTranscript =
  | { readonly status: 'idle' | 'loading' | 'absent' }
  | { readonly status: 'ready'; readonly transcript: Transcript }
  | { readonly status: 'failed'; readonly error: OracleCallError };

export const NO_TRANSCRIPT: ReadTranscript = { status: 'idle' };

/** Reads one transcript at a time. */
export class TranscriptReader {
  readonly shown = new Cell<ReadTranscript>(NO_TRANSCRIPT);
  readonly #history: CallHistory;
  #asking = new AbortController();

  constructor(history: CallHistory) {
    this.#history = history;
  }

  readonly ask = async (call: CallOfOracle | undefined): Promise<void> => {
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    this.shown.write(call === undefined ? NO_TRANSCRIPT : { status: 'loading' });
    if (call === undefined) return;
    try {
      const transcript = await this.#history.transcript(call, { signal });
      if (signal.aborted) return;
      this.shown.write(transcript === undefined ? { status: 'absent' } : { status: 'ready', transcript });
    } catch (error) {
      if (!signal.aborted) this.shown.write({ status: 'failed', error: toOracleCallError(error) });
    }
  };

  readonly cancel = (): void => this.#asking.abort();
}
