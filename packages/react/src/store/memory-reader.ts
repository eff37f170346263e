import { toOracleCallError, type OracleCallError } from '@oracle-calls/protocol';
import type { MemoryQuery, OracleMemory, RememberedSession } from '@oracle-calls/sdk';
import { Cell } from './cell.ts';

export type ReadMemory =
  | { readonly status: 'idle' | 'loading' }
  /** Latest first; empty when nothing is remembered. */
  | { readonly status: 'ready'; readonly sessions: readonly RememberedSession[] }
  | { readonly status: 'failed'; readonly error: OracleCallError };

export const NO_MEMORY: ReadMemory = { status: 'idle' };

/** Looks what is remembered, one question at a time, and has it forgotten. */
export class MemoryReader {
  readonly shown = new Cell<ReadMemory>(NO_MEMORY);
  readonly #memory: OracleMemory;
  #asking = new AbortController();

  constructor(memory: OracleMemory) {
    this.#memory = memory;
  }

  readonly ask = async (query: MemoryQuery | undefined): Promise<void> => {
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    this.shown.write(query === undefined ? NO_MEMORY : { status: 'loading' });
    if (query === undefined) return;
    try {
      const sessions = await this.#memory.list(query, { signal });
      if (!signal.aborted) this.shown.write({ status: 'ready', sessions });
    } catch (error) {
      if (!signal.aborted) this.shown.write({ status: 'failed', error: toOracleCallError(error) });
    }
  };

  /** @throws as `OracleMemory.forget`; what is shown stays then */
  readonly forget = async (query: MemoryQuery): Promise<void> => {
    await this.#memory.forget(query);
    this.#asking.abort();
    this.shown.write({ status: 'ready', sessions: [] });
  };

  readonly cancel = (): void => this.#asking.abort();
}
