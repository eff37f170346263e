import { OracleCallError, waitAtMost, type Clock, type Logger } from '@oracle-calls/protocol';
import type { Store } from '../store/store.ts';

/** Between two looks at what is still in progress, in milliseconds: a stop is noticed late by no more than this. */
const LOOK_INTERVAL_MS = 250;

/** How long answers that are due may take to reach Matrix once the last call has ended, in milliseconds. */
export const FLUSH_MAX_MS = 5_000;

export interface DrainDeps {
  readonly store: Pick<Store, 'sfuRooms'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Resolves when no work is left that nobody waits for. */
  readonly settled: () => Promise<void>;
}

export interface DrainOptions {
  /** How long calls in progress may last, in milliseconds. */
  readonly maxMs: number;
  /** Gives the wait up at once. */
  readonly signal: AbortSignal;
}

/** How a drain ended. */
export type DrainOutcome = 'empty' | 'time-over' | 'given-up';

/** Lets calls in progress come to their end while no new one is taken. */
export class Drain {
  readonly #deps: DrainDeps;
  readonly #begun = new AbortController();

  constructor(deps: DrainDeps) {
    this.#deps = deps;
  }

  get state(): 'open' | 'draining' {
    return this.begun.aborted ? 'draining' : 'open';
  }

  /** Aborted, with `ERR_UPSTREAM_DRAINING`, when draining begins: for whoever waits for something new. */
  get begun(): AbortSignal {
    return this.#begun.signal;
  }

  /**
   * From now on nothing new is taken. Resolves when no SFU room of a call is open any more and every answer was sent, or when time is over:
   * a call needs the backend for nothing but its beginning and its end, and goes on without one.
   */
  async run({ maxMs, signal }: DrainOptions): Promise<DrainOutcome> {
    const { clock, logger } = this.#deps;
    this.#begun.abort(new OracleCallError('ERR_UPSTREAM_DRAINING'));
    const endsAt = clock.now() + maxMs;
    logger.info('draining', { maxMs, roomsOpen: await this.#roomsOpen() });
    let outcome: DrainOutcome | undefined;
    while (outcome === undefined) {
      if (signal.aborted) outcome = 'given-up';
      else if ((await this.#roomsOpen()) === 0) outcome = 'empty';
      else if (clock.now() >= endsAt) outcome = 'time-over';
      else await this.#pause(Math.min(LOOK_INTERVAL_MS, endsAt - clock.now()), signal);
    }
    if (outcome !== 'given-up') await this.#flush(signal);
    logger.info('drained', { outcome, roomsOpen: await this.#roomsOpen() });
    return outcome;
  }

  /** A room stands for a call, from its join token until it is deleted after the call's end. */
  #roomsOpen(): Promise<number> {
    return this.#deps.store.sfuRooms.countUnclosed();
  }

  async #flush(signal: AbortSignal): Promise<void> {
    // Given up is no failure: whoever waits looks at the signal.
    await waitAtMost(this.#deps.clock, this.#deps.settled(), FLUSH_MAX_MS, signal).catch(() => undefined);
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    // Given up is no failure: whoever waits looks at the signal.
    await this.#deps.clock.sleep(ms, { signal }).catch(() => undefined);
  }
}
