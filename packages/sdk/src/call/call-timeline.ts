import type { Clock, TimelineMs, TimelineStage } from '@oracle-calls/protocol';

/** Milliseconds since the click per stage. The first time a stage happens counts. */
export class CallTimeline {
  readonly #clock: Clock;
  readonly #clickAt: number;
  readonly #told: (stage: TimelineStage, times: TimelineMs) => void;
  #times: TimelineMs = { click: 0 };

  constructor(clock: Clock, told: (stage: TimelineStage, times: TimelineMs) => void) {
    this.#clock = clock;
    this.#clickAt = clock.now();
    this.#told = told;
  }

  get times(): TimelineMs {
    return this.#times;
  }

  /** Notes a stage, now or at an instant (epoch milliseconds). */
  mark(stage: TimelineStage, at: number = this.#clock.now()): void {
    if (this.#times[stage] !== undefined) return;
    this.#times = { ...this.#times, [stage]: at - this.#clickAt };
    this.#told(stage, this.#times);
  }
}
