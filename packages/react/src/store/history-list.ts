import { toOracleCallError, type Clock, type OracleCallError } from '@oracle-calls/protocol';
import type { CallHistory, CallsPage, HistoryQuery, PastCall } from '@oracle-calls/sdk';
import { Cell } from './cell.ts';

/** A person who types is asked for once they pause; shorter asks for each letter. */
export const SEARCH_PAUSE_MS = 250;

export interface PastCalls {
  /** Newest first, all pages so far. While another query loads, what was there stays. */
  readonly calls: readonly PastCall[];
  /** `more`: a further page is on its way. */
  readonly status: 'idle' | 'loading' | 'more' | 'ready' | 'failed';
  readonly error: OracleCallError | undefined;
  readonly hasMore: boolean;
}

export const NO_PAST_CALLS: PastCalls = { calls: [], status: 'idle', error: undefined, hasMore: false };

/** Pages of past calls, one request at a time: a later question ends an earlier one. */
export class HistoryList {
  readonly shown = new Cell<PastCalls>(NO_PAST_CALLS);
  readonly #history: CallHistory;
  readonly #clock: Clock;
  #query: HistoryQuery | undefined;
  #cursor: string | undefined;
  #asking = new AbortController();

  constructor(history: CallHistory, clock: Clock) {
    this.#history = history;
    this.#clock = clock;
  }

  /** Asks for the first page, after a pause when words are looked for. */
  readonly ask = async (query: HistoryQuery): Promise<void> => {
    const isTyped = query.search !== undefined && query.search !== '' && query.search !== this.#query?.search;
    this.#query = query;
    const signal = this.#begin();
    this.#show({ status: 'loading', error: undefined });
    if (isTyped) await this.#clock.sleep(SEARCH_PAUSE_MS, { signal }).catch(() => undefined);
    await this.#load(query, signal, ({ calls }) => calls);
  };

  /** Asks again, from the first page. */
  readonly reload = async (): Promise<void> => {
    if (this.#query !== undefined) await this.ask(this.#query);
  };

  /** Adds the next page; nothing when there is none, or one is on its way. */
  readonly loadMore = async (): Promise<void> => {
    const { status, calls: before } = this.shown.read();
    const query = this.#query;
    if (query === undefined || this.#cursor === undefined || status === 'loading' || status === 'more') return;
    const signal = this.#begin();
    this.#show({ status: 'more', error: undefined });
    await this.#load({ ...query, cursor: this.#cursor }, signal, ({ calls }) => withoutDoubles([...before, ...calls]));
  };

  /** Deletes a call, and takes it from the list. @throws as `CallHistory.delete` */
  readonly remove = async (call: Pick<PastCall, 'oracleDid' | 'callId'>): Promise<void> => {
    const { oracleDid, callId } = call;
    await this.#history.delete({ oracleDid, callId });
    this.#show({ calls: this.shown.read().calls.filter((one) => one.callId !== callId) });
  };

  /** Nobody looks any more. */
  readonly cancel = (): void => this.#asking.abort();

  #begin(): AbortSignal {
    this.#asking.abort();
    this.#asking = new AbortController();
    return this.#asking.signal;
  }

  async #load(query: HistoryQuery, signal: AbortSignal, merge: (page: CallsPage) => readonly PastCall[]) {
    if (signal.aborted) return;
    try {
      const page = await this.#history.list(query, { signal });
      if (signal.aborted) return;
      this.#cursor = page.nextCursor;
      this.#show({ calls: merge(page), status: 'ready', hasMore: page.nextCursor !== undefined });
    } catch (error) {
      if (!signal.aborted) this.#show({ status: 'failed', error: toOracleCallError(error) });
    }
  }

  #show(change: Partial<PastCalls>): void {
    this.shown.write({ ...this.shown.read(), ...change });
  }
}

/** A call that was placed meanwhile moves the others to the next page. */
function withoutDoubles(calls: readonly PastCall[]): readonly PastCall[] {
  return [...new Map(calls.map((call) => [call.callId, call])).values()];
}
