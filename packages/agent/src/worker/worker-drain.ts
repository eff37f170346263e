import type { Clock, Logger } from '@oracle-calls/protocol';

/** Between two looks at the jobs that still run, in ms: an end is noticed late by no more than this. */
const LOOK_INTERVAL_MS = 250;

/** What draining needs of the framework's worker. */
export interface DrainableServer {
  readonly activeJobs: readonly unknown[];
  /** Tells the SFU that this worker is full and ends the processes that wait for calls. */
  drain(): Promise<void>;
}

export interface DrainOptions {
  /** How long running calls may last, in ms. */
  readonly maxMs: number;
  /** Gives the wait up at once. */
  readonly signal: AbortSignal;
}

/** How a drain ended. */
export type DrainOutcome = 'empty' | 'time-over' | 'given-up';

export interface WorkerDrainDeps {
  readonly server: () => DrainableServer;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Lets a worker's calls come to their end while it takes no new one.
 *
 * The framework's own `drain` is used for its word to the SFU and not for its waiting: it waits for the processes of a moment, rejects when
 * one of them is about to be started (1.9.0, `runner not started`), and ends a process that a call was promised and not yet given.
 */
export class WorkerDrain {
  readonly #deps: WorkerDrainDeps;
  /** Calls that are being taken and whose process does not have them yet. */
  readonly #promised = new Set<Promise<unknown>>();
  #state: 'open' | 'draining' = 'open';

  constructor(deps: WorkerDrainDeps) {
    this.#deps = deps;
  }

  get state(): 'open' | 'draining' {
    return this.#state;
  }

  /** Remembers a call that is being taken, until its process has it. */
  async promise<T>(taking: Promise<T>): Promise<T> {
    this.#promised.add(taking);
    try {
      return await taking;
    } finally {
      this.#promised.delete(taking);
    }
  }

  /** From now on nothing new is taken. Resolves when no call is left, or when time is over; ends no call. */
  async run({ maxMs, signal }: DrainOptions): Promise<DrainOutcome> {
    const { clock, log } = this.#deps;
    this.#state = 'draining';
    const server = this.#deps.server();
    const endsAt = clock.now() + maxMs;
    log.info('agent drains', { maxMs, calls: server.activeJobs.length + this.#promised.size });
    let isTold = false;
    for (;;) {
      if (!isTold && this.#promised.size === 0) {
        isTold = true;
        // Its rejection says nothing: this loop looks for itself.
        server.drain().catch(() => undefined);
      }
      const isEmpty = this.#promised.size === 0 && server.activeJobs.length === 0;
      const outcome = signal.aborted ? 'given-up' : isEmpty ? 'empty' : clock.now() >= endsAt ? 'time-over' : undefined;
      if (outcome !== undefined) {
        log.info('agent drained', { outcome, calls: server.activeJobs.length });
        return outcome;
      }
      await clock.sleep(Math.min(LOOK_INTERVAL_MS, endsAt - clock.now()), { signal }).catch(() => undefined);
    }
  }
}
