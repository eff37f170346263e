import type { JobStage, TimelineStage, TurnOutcome, TurnStage } from '../timeline.ts';

/** Steps inside the backend that a request, or a call event, may wait for. */
export const BACKEND_STEPS = ['matrix.wait', 'matrix.fetch', 'envelope.check', 'did.resolve', 'sfu.dispatch'] as const;
export type BackendStep = (typeof BACKEND_STEPS)[number];

export const SPAN_METHODS = ['GET', 'POST'] as const;

/** What a spoken turn is made of, as spans, and how long the oracle takes to fall silent when it is interrupted. */
export type TurnSpan = `turn.${TurnStage | 'silenced'}`;

/** What spans may be called: a call and its stages, a job and its stages, a turn and its stages, requests by route, the backend's steps. */
export type SpanName =
  | 'call'
  | 'job'
  | 'turn'
  | TimelineStage
  | JobStage
  | TurnSpan
  | BackendStep
  | `${(typeof SPAN_METHODS)[number]} /${string}`;

/** Everything that a span may say beside its name and times. Whatever else is dropped before it leaves the process. */
export interface SpanAttributes {
  readonly 'http.request.method'?: (typeof SPAN_METHODS)[number] | undefined;
  /** A route of the API as it is written in the code, parameters by name. */
  readonly 'http.route'?: string | undefined;
  readonly 'http.response.status_code'?: number | undefined;
  /** A code of the error table. */
  readonly 'error.type'?: string | undefined;
  readonly 'oracle_calls.call_type'?: string | undefined;
  readonly 'oracle_calls.end_reason'?: string | undefined;
  readonly 'oracle_calls.turn_outcome'?: TurnOutcome | undefined;
}
