import type { Clock, JobStage, Logger } from '@oracle-calls/protocol';

/** Milliseconds since the job's process was given the call, for the stages that have happened. */
export class JobTimeline {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #startedAt: number;
  readonly #stages = new Map<JobStage, number>();
  readonly #told: (stage: JobStage, at: number) => void;

  /** `told` hears of each stage, with the instant in epoch milliseconds. */
  constructor(clock: Pick<Clock, 'now'>, told: (stage: JobStage, at: number) => void = () => undefined) {
    this.#told = told;
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  /** The first time counts. */
  mark(stage: JobStage): void {
    if (this.#stages.has(stage)) return;
    const at = this.#clock.now();
    this.#stages.set(stage, at - this.#startedAt);
    this.#told(stage, at);
  }

  toFields(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#stages].map(([stage, ms]) => [`${stage}Ms`, ms]));
  }

  log(log: Logger): void {
    log.info('call set up', { startedAt: new Date(this.#startedAt).toISOString(), ...this.toFields() });
  }
}
