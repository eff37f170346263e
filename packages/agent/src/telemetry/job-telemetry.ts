import type { EndReason, JobStage } from '@oracle-calls/protocol';
import {
  createTraceContext,
  formatTraceparent,
  parseTraceparent,
  silentTracer,
  StageSpans,
  type Sampler,
  type Span,
  type Tracer,
} from '@oracle-calls/protocol/trace';
import type { ConversationObserver } from '../conversation/observer.ts';
import type { TurnMeasures } from '../conversation/turn-measures.ts';
import type { MediaEvent } from './agent-metrics.ts';
import type { Measure } from './measure.ts';
import { measuresOfTurn, traceTurn } from './turn-spans.ts';

/** What each stage of a job waits for. */
const AFTER: Readonly<Record<JobStage, readonly JobStage[]>> = {
  claimed: [],
  keyFetched: ['claimed'],
  userResolved: ['keyFetched'],
  keyOpened: ['userResolved'],
  connected: [],
  published: ['connected'],
  userHere: ['connected'],
  voiceSubscribed: ['published', 'userHere'],
  handshakeBegun: ['keyOpened', 'published', 'userHere'],
  confirmed: ['handshakeBegun'],
  peerReady: ['confirmed'],
  earconSent: ['peerReady'],
  conversationReady: ['earconSent'],
};

export interface JobTelemetryOptions {
  readonly tracer?: Tracer | undefined;
  /** Which traces this agent records; what its backend decided when absent. */
  readonly sample?: Sampler | undefined;
  /** Takes what is to be counted; nothing is when absent. */
  readonly tell?: ((measure: Measure) => void) | undefined;
  /** When the job's process was given the call, epoch milliseconds. */
  readonly startedAt: number;
}

/** Measures one job and makes its spans part of the call's trace. Nothing of it waits, and nothing of it can fail a call. */
export class JobTelemetry {
  readonly #options: JobTelemetryOptions;
  readonly #times = new Map<JobStage, number>();
  #job: Span | undefined;
  #stages: StageSpans<JobStage> | undefined;
  #isOver = false;

  constructor(options: JobTelemetryOptions) {
    this.#options = options;
  }

  /** For the backend's requests; `undefined` before the trace is known. */
  get traceparent(): string | undefined {
    return this.#job && formatTraceparent(this.#job.context);
  }

  /** For the log. */
  get traceId(): string | undefined {
    return this.#job?.context.traceId;
  }

  /** Takes the call's trace from the backend's answer to the claim, or begins one where the backend told none. */
  follow(traceparent: string | undefined): void {
    if (this.#job !== undefined) return;
    const { tracer = silentTracer, sample, startedAt: at } = this.#options;
    const parent = parseTraceparent(traceparent);
    if (parent !== undefined) {
      const isSampled = sample?.(parent.traceId) ?? parent.isSampled;
      this.#job = tracer.startSpan('job', { parent: { ...parent, isSampled }, at });
    } else {
      const own = createTraceContext();
      this.#job =
        sample?.(own.traceId) === true
          ? tracer.startSpan('job', { at })
          : silentTracer.startSpan('job', { parent: own });
    }
    this.#stages = new StageSpans({ tracer, parent: this.#job.context, startedAt: at, after: AFTER });
    // What happened before the trace was known, in its order.
    for (const [stage, reachedAt] of this.#times) this.#stages.reached(stage, reachedAt);
  }

  /** A stage was reached, for the first time, at an instant (epoch milliseconds). */
  reached(stage: JobStage, at: number): void {
    const { tell, startedAt } = this.#options;
    this.#times.set(stage, at);
    this.#stages?.reached(stage, at);
    tell?.({ kind: 'stage', stage, ms: Math.max(0, at - startedAt) });
    const offeredAt = this.#times.get('handshakeBegun');
    if (stage === 'confirmed' && offeredAt !== undefined)
      tell?.({ kind: 'handshake', ms: Math.max(0, at - offeredAt) });
  }

  /** Passes everything on, and takes the turns for itself too. */
  watching(observer: ConversationObserver): ConversationObserver {
    return {
      words: (words) => observer.words(words),
      activity: (activity) => observer.activity(activity),
      turn: (measures) => {
        observer.turn(measures);
        this.turn(measures);
      },
    };
  }

  /** A turn and its answer are over. */
  turn(measures: TurnMeasures): void {
    const { tracer = silentTracer, tell } = this.#options;
    if (this.#job !== undefined) traceTurn(tracer, this.#job.context, measures);
    for (const measure of measuresOfTurn(measures)) tell?.(measure);
  }

  noticed(event: MediaEvent): void {
    this.#options.tell?.({ kind: 'media', event });
  }

  /** The job is over; `undefined` when there was nothing to report. The first time counts. */
  ended(endReason: EndReason | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (endReason !== undefined) this.#options.tell?.({ kind: 'ended', endReason });
    this.#job?.end({ attributes: { 'oracle_calls.end_reason': endReason } });
  }
}
