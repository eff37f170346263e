import type { Clock, Logger } from '@oracle-calls/protocol';

/** Milliseconds since the job's process was given the call, for the stages that have happened. */
export class JobTimeline {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #startedAt: number;
  readonly #stages = new Map<JobStage, number>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  /** The first time counts. */
  mark(stage: JobStage): void {
    if (!this.#stages.has(stage)) this.#stages.set(stage, this.#clock.now() - this.#startedAt);
  }

  toFields(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#stages].map(([stage, ms]) => [`${stage}Ms`, ms]));
  }

  log(log: Logger): void {
    log.info('call set up', { startedAt: new Date(this.#startedAt).toISOString(), ...this.toFields() });
  }
}
