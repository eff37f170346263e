import { codeOf } from '@oracle-calls/protocol';
import type { Clock, Logger } from '@oracle-calls/protocol';
import type { ClaimRequest } from '@oracle-calls/protocol/http';
import type { StandbyPort } from '../job/backend/backend-port.ts';

/** Between two looks whether a full worker has room again, in ms. */
const FULL_PAUSE_MS = 500;
/** Pause after a failure, in ms; it doubles while the backend does not answer. */
const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 15_000;

export interface StandbyOptions {
  readonly backend: StandbyPort;
  /** Share of its calls that the worker holds, from 0 to 1; at 1 it waits for none. */
  readonly load: () => number;
  /** Takes a call on. */
  readonly take: (call: ClaimRequest) => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Waits at the backend for calls, one after the other, until it is closed. Never rejects: without it the SFU dispatches. */
export class Standby implements AsyncDisposable {
  readonly #options: StandbyOptions;
  readonly #closing = new AbortController();
  readonly #done: Promise<void>;

  constructor(options: StandbyOptions) {
    this.#options = options;
    this.#done = this.#run(this.#closing.signal);
  }

  /** Takes no more calls from the backend. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('no more calls'));
    await this.#done;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    let pauseMs = RETRY_FIRST_MS;
    while (!signal.aborted) {
      try {
        await this.#next(signal);
        pauseMs = RETRY_FIRST_MS;
      } catch (cause) {
        if (signal.aborted) return;
        // Once per outage.
        if (pauseMs === RETRY_FIRST_MS) {
          log.warn('cannot wait at the backend; the SFU dispatches', {
            code: codeOf(cause),
          });
        }
        await clock.sleep(pauseMs, { signal }).catch(() => undefined);
        pauseMs = Math.min(RETRY_MAX_MS, pauseMs * 2);
      }
    }
  }

  async #next(signal: AbortSignal): Promise<void> {
    const { backend, load, take, clock, log } = this.#options;
    const share = load();
    if (share >= 1) {
      await clock.sleep(FULL_PAUSE_MS, { signal });
      return;
    }
    const call = await backend.standby(share, { signal });
    if (call === undefined) return;
    const isTaken = await take(call);
    if (!isTaken) log.warn('the SFU gave no job for a call', { sfuRoomName: call.roomId });
  }
}
