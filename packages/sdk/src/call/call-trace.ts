import type { EndReason, ErrorCode, TimelineStage } from '@oracle-calls/protocol';
import { formatTraceparent, silentTracer, StageSpans, type Span, type Tracer } from '@oracle-calls/protocol/trace';

/** What each stage waits for. The click begins the call, and its end ends the call's own span. */
const AFTER: Readonly<Record<TimelineStage, readonly TimelineStage[]>> = {
  click: [],
  eventSent: [],
  joinToken: [],
  sfuConnected: ['joinToken'],
  synced: ['eventSent'],
  agentJoined: ['sfuConnected'],
  keyFetched: ['synced'],
  handshake: ['sfuConnected', 'synced'],
  oracleAudible: ['handshake'],
  questionEnded: ['oracleAudible'],
  answerAudible: ['questionEnded'],
  ended: [],
};

/** The trace of one call: a random id that backend and agent write down too, and the call's stages as spans of it. */
export class CallTrace {
  readonly #call: Span;
  readonly #stages: StageSpans<TimelineStage>;

  /** `startedAt`: the click, epoch milliseconds. */
  constructor(tracer: Tracer | undefined = silentTracer, startedAt: number) {
    this.#call = tracer.startSpan('call', { at: startedAt });
    this.#stages = new StageSpans({ tracer, parent: this.#call.context, startedAt, after: AFTER });
  }

  get traceId(): string {
    return this.#call.context.traceId;
  }

  /** For requests to the oracle's backend; nobody else is told. */
  get traceparent(): string {
    return formatTraceparent(this.#call.context);
  }

  /** A stage was reached, at an instant (epoch milliseconds). */
  reached(stage: TimelineStage, at: number): void {
    if (stage !== 'ended') this.#stages.reached(stage, at);
  }

  ended(reason: EndReason, code: ErrorCode | undefined): void {
    this.#call.end({ attributes: { 'oracle_calls.end_reason': reason, 'error.type': code } });
  }
}
