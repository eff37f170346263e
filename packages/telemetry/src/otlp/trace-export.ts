import { ROOT_CONTEXT, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Clock } from '@oracle-calls/protocol';
import {
  closedAttributes,
  closedName,
  createSpanId,
  createTraceId,
  type Span,
  type SpanEnd,
  type SpanName,
  type SpanStart,
  type TraceContext,
  type Tracer,
} from '@oracle-calls/protocol/trace';

/** Spans that wait for a collector which is slow or away; what comes on top is dropped. A call has about thirty. */
export const WAITING_SPANS_MAX = 2_048;
/** How long spans are gathered before they are sent together, in ms. */
export const BATCH_MS = 2_000;
/** A collector that takes longer to answer gets nothing of that batch, in ms. */
export const EXPORT_MAX_MS = 5_000;
/** What the last spans may cost a process that stops, in ms. */
export const FLUSH_MAX_MS = 2_000;

export interface TraceExportOptions {
  readonly serviceName: 'oracle-calls-backend' | 'oracle-calls-agent';
  readonly otlpUrl: string;
  /** What the collector asks for; secret. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly clock: Clock;
}

/** A tracer that exports what is sampled. */
export interface TraceExport extends AsyncDisposable {
  /** Records the spans of traces that are sampled; a span without a parent begins a trace that is. */
  readonly tracer: Tracer;
  /** Sends what waits, within {@link FLUSH_MAX_MS}. Never rejects. Idempotent. */
  close(): Promise<void>;
}

/**
 * Sends spans by OTLP over HTTP, in JSON, in batches, behind everybody's back. Never registered with OpenTelemetry's globals: other libraries of the
 * process trace there, LiveKit's agents with what people said in the attributes.
 */
export function openTraceExport({ serviceName, otlpUrl, headers = {}, clock }: TraceExportOptions): TraceExport {
  const exporter = new OTLPTraceExporter({ url: otlpUrl, headers: { ...headers }, timeoutMillis: EXPORT_MAX_MS });
  const provider = new BasicTracerProvider({
    // Nothing of the machine: no host, no process, no user.
    resource: resourceFromAttributes({ 'service.name': serviceName }),
    sampler: new AlwaysOnSampler(),
    // OpenTelemetry's own ids come from Math.random.
    idGenerator: { generateTraceId: createTraceId, generateSpanId: createSpanId },
    spanProcessors: [
      new BatchSpanProcessor(exporter, {
        maxQueueSize: WAITING_SPANS_MAX,
        maxExportBatchSize: WAITING_SPANS_MAX / 4,
        scheduledDelayMillis: BATCH_MS,
        exportTimeoutMillis: EXPORT_MAX_MS,
      }),
    ],
  });
  const tracer = provider.getTracer(serviceName);
  const startSpan = (name: SpanName, { parent, at }: SpanStart = {}): Span => {
    if (parent?.isSampled === false) return { context: parent, end: () => undefined };
    const span = tracer.startSpan(closedName(name), startOf(at), contextOf(parent));
    const { traceId, spanId } = span.spanContext();
    return {
      context: { traceId, spanId, isSampled: true },
      end: ({ at: endedAt, attributes = {} }: SpanEnd = {}) => {
        const kept = closedAttributes(attributes);
        span.setAttributes(kept);
        if ('error.type' in kept) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end(endedAt);
      },
    };
  };
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= shutDown(provider, clock));
  return { tracer: { startSpan }, close, [Symbol.asyncDispose]: close };
}

const startOf = (at: number | undefined): object => (at === undefined ? {} : { startTime: at });

function contextOf(parent: TraceContext | undefined) {
  if (parent === undefined) return ROOT_CONTEXT;
  const { traceId, spanId } = parent;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true });
}

async function shutDown(provider: BasicTracerProvider, clock: Clock): Promise<void> {
  const done = new AbortController();
  const bound = clock.sleep(FLUSH_MAX_MS, { signal: done.signal }).catch(() => undefined);
  // A collector that is away costs the last spans, nothing else.
  await Promise.race([provider.shutdown().catch(() => undefined), bound]);
  done.abort();
}
