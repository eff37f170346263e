import type { SpanAttributes, SpanName } from './span-names.ts';
import { createTraceContext, type TraceContext } from './trace-context.ts';

export interface SpanStart {
  /** What it is part of; without one a new trace begins. */
  readonly parent?: TraceContext | undefined;
  /** Epoch milliseconds; now when absent. */
  readonly at?: number | undefined;
}

export interface SpanEnd {
  /** Epoch milliseconds; now when absent. */
  readonly at?: number | undefined;
  /** A span with `error.type` has failed. */
  readonly attributes?: SpanAttributes | undefined;
}

/** Something that takes time. */
export interface Span {
  readonly context: TraceContext;
  /** The first end counts. Never waits and never throws. */
  end(end?: SpanEnd): void;
}

/** Records spans, or does not: nothing that a call does may wait for it or fail with it. */
export interface Tracer {
  /** With a parent that is not sampled, and a tracer that records nothing, the span's context is the parent's. */
  startSpan(name: SpanName, start?: SpanStart): Span;
}

/** Records nothing; traces go on through it. */
export const silentTracer: Tracer = {
  startSpan: (_name, { parent } = {}) => ({ context: parent ?? createTraceContext(), end: () => undefined }),
};

/** Whether a trace is recorded; the same answer for one id each time. */
export type Sampler = (traceId: string) => boolean;
