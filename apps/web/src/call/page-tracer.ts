import { trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { createSpanId, createTraceId, type Tracer } from '@oracle-calls/protocol/trace';
import { createOpenTelemetryTracer } from '@oracle-calls/sdk/open-telemetry';

const SERVICE_NAME = 'oracle-calls-page';

/** Sends the spans of this page's calls to a collector. Loaded only where one is configured. */
export function openPageTracer(otlpUrl: string): Tracer {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': SERVICE_NAME }),
    idGenerator: { generateTraceId: createTraceId, generateSpanId: createSpanId },
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: otlpUrl }), { scheduledDelayMillis: 2_000 })],
  });
  trace.setGlobalTracerProvider(provider);
  return createOpenTelemetryTracer(trace.getTracer(SERVICE_NAME));
}
