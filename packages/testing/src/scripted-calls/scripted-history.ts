import { parseCallId, type CallId } from '@oracle-calls/protocol';
import type { CallHistory, CallOfOracle, CallsPage, HistoryQuery, PastCall, Transcript } from '@oracle-calls/sdk';

export type ScriptedHistoryAsk =
  | { readonly kind: 'list'; readonly query: HistoryQuery }
  | { readonly kind: 'transcript' | 'delete'; readonly callId: CallId };

/** Past calls that the test writes down. A search finds those whose `sessionId` has the words. */
export class ScriptedHistory implements CallHistory {
  /** Newest first. */
  calls: PastCall[] = [];
  readonly transcripts = new Map<CallId, Transcript>();
  readonly asked: ScriptedHistoryAsk[] = [];
  #answer: (signal: AbortSignal | undefined) => Promise<void> = () => Promise.resolve();

  /** Adds a call that ended, before all others. */
  add(call: Pick<PastCall, 'oracleDid'> & Partial<PastCall>): PastCall {
    const number = this.calls.length + 1;
    const past: PastCall = {
      callId: parseCallId(`$past${number}@past-room-${number}`),
      type: 'audio',
      status: 'ended',
      sessionId: `session-${number}`,
      startedAt: Date.UTC(2026, 0, number, 10),
      endedAt: Date.UTC(2026, 0, number, 10, 5),
      endReason: 'hangup',
      ...call,
    };
    this.calls.unshift(past);
    return past;
  }

  /** Keeps what is asked from now on waiting until released. */
  hold(): { release(): void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#answer = async (signal) => {
      const aborted = Promise.withResolvers<void>();
      signal?.addEventListener('abort', () => aborted.reject(signal.reason), { once: true });
      await Promise.race([promise, aborted.promise]);
    };
    return { release: resolve };
  }

  /** Refuses what is asked from now on; without an error it answers again. */
  refuse(error?: Error): void {
    this.#answer = () => (error === undefined ? Promise.resolve() : Promise.reject(error));
  }

  async list(query: HistoryQuery, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<CallsPage> {
    await this.#take({ kind: 'list', query }, signal);
    const { oracleDid, search = '', cursor = '0', limit = 20 } = query;
    const found = this.calls.filter((call) => call.oracleDid === oracleDid && call.sessionId.includes(search));
    const from = Number(cursor);
    const until = from + limit;
    return { calls: found.slice(from, until), nextCursor: until < found.length ? String(until) : undefined };
  }

  async transcript(
    { callId }: CallOfOracle,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Transcript | undefined> {
    await this.#take({ kind: 'transcript', callId }, signal);
    return this.transcripts.get(callId);
  }

  async delete(
    { callId }: { readonly callId: CallId },
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<void> {
    await this.#take({ kind: 'delete', callId }, signal);
    this.calls = this.calls.filter((call) => call.callId !== callId);
    this.transcripts.delete(callId);
  }

  async #take(asked: ScriptedHistoryAsk, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    this.asked.push(asked);
    await this.#answer(signal);
    signal?.throwIfAborted();
  }
}
