import {
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Tracer as OpenTelemetryTracer,
} from '@opentelemetry/api';
import {
  closedAttributes,
  closedName,
  createTraceContext,
  type Span,
  type TraceContext,
  type Tracer,
} from '@oracle-calls/protocol/trace';

/**
 * Lets the spans of calls go where the application's own go. Each call is a trace of its own, whatever else is being traced at the time, and its
 * spans say what happened when, never who.
 *
 * @example
 *   const tracer = createOpenTelemetryTracer(trace.getTracer('my-application'));
 *   const calls = createOracleCalls({ matrixClient, e2eeWorker, tracer });
 */
export function createOpenTelemetryTracer(tracer: OpenTelemetryTracer): Tracer {
  return {
    startSpan(name, { parent, at } = {}) {
      const options = { root: parent === undefined, ...(at === undefined ? {} : { startTime: at }) };
      const span = tracer.startSpan(closedName(name), options, contextOf(parent));
      return {
        context: toTraceContext(span.spanContext(), parent),
        end({ at: endedAt, attributes = {} } = {}) {
          const kept = closedAttributes(attributes);
          span.setAttributes(kept);
          if ('error.type' in kept) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end(endedAt);
        },
      } satisfies Span;
    },
  };
}

function contextOf(parent: TraceContext | undefined): Context {
  if (parent === undefined) return ROOT_CONTEXT;
  const { traceId, spanId, isSampled } = parent;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
  });
}

/** Without a provider OpenTelemetry gives ids of zeros; the call still needs a trace of its own. */
function toTraceContext(
  context: Parameters<typeof isSpanContextValid>[0],
  parent: TraceContext | undefined,
): TraceContext {
  if (!isSpanContextValid(context)) return parent ?? createTraceContext();
  const { traceId, spanId, traceFlags } = context;
  return { traceId, spanId, isSampled: (traceFlags & TraceFlags.SAMPLED) !== 0 };
}
