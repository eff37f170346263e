import type { Clock } from '@oracle-calls/protocol';

/** Environment variable that tells a starting job process how long to sleep, in ms. */
export const START_DELAY_VARIABLE = 'ORACLE_CALLS_JOB_START_DELAY_MS';

/** A call is set up within this time on a busy machine, in ms. */
export const START_DELAY_MS = 3_000;

/**
 * How long the process that replaces a taken one should sleep: not at all when calls come so fast that every waiting
 * process may be needed at once.
 */
export class StartDelay {
  readonly #warmProcesses: number;
  readonly #clock: Pick<Clock, 'now'>;
  #accepted: number[] = [];

  constructor(warmProcesses: number, clock: Pick<Clock, 'now'>) {
    this.#warmProcesses = warmProcesses;
    this.#clock = clock;
  }

  /** A call was accepted; returns the delay of the process that will start in its wake, in ms. */
  onAccepted(): number {
    const now = this.#clock.now();
    this.#accepted = [...this.#accepted.filter((at) => now - at < START_DELAY_MS), now];
    return this.#accepted.length < this.#warmProcesses ? START_DELAY_MS : 0;
  }
}
