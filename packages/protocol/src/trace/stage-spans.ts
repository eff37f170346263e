import type { SpanName } from './span-names.ts';
import type { TraceContext } from './trace-context.ts';
import type { Tracer } from './tracer.ts';

export interface StageSpansOptions<S extends SpanName> {
  readonly tracer: Tracer;
  /** What the stages are part of. */
  readonly parent: TraceContext;
  /** Epoch milliseconds: where a stage begins that waits for none of the others. */
  readonly startedAt: number;
  /** What each stage waits for: it begins with the last of these that was reached. */
  readonly after: Readonly<Record<S, readonly S[]>>;
}

/** Makes spans of instants: each stage is the time from what it waited for until it was reached. */
export class StageSpans<S extends SpanName> {
  readonly #options: StageSpansOptions<S>;
  readonly #reached = new Map<S, number>();

  constructor(options: StageSpansOptions<S>) {
    this.#options = options;
  }

  /** Notes that a stage was reached, at an instant (epoch milliseconds). */
  reached(stage: S, at: number): void {
    const { tracer, parent, startedAt, after } = this.#options;
    this.#reached.set(stage, at);
    const begins = after[stage].map((before) => this.#reached.get(before) ?? startedAt);
    // A stage may be noted late, with the instant at which it happened.
    const begunAt = Math.min(at, Math.max(startedAt, ...begins));
    tracer.startSpan(stage, { parent, at: begunAt }).end({ at });
  }
}
