import { ProxyTracerProvider } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { parseTraceparent, type SpanAttributes } from '@oracle-calls/protocol/trace';
import { expect, test } from 'vitest';
import { createScene } from '../call/call-scene.fixture.ts';
import { createOpenTelemetryTracer } from './open-telemetry-tracer.ts';

function application(options: object = {}) {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ ...options, spanProcessors: [new SimpleSpanProcessor(exporter)] });
  return { spans: () => exporter.getFinishedSpans(), tracer: createOpenTelemetryTracer(provider.getTracer('app')) };
}

test('a call is one trace: its own span with its stages below, and the backend is told its id', async () => {
  const { tracer, spans } = application();
  const scene = createScene({ deps: { tracer } });
  const call = await scene.liveCall();
  await call.endCall();
  const root = spans().find(({ name }) => name === 'call');
  const id = root?.spanContext();
  expect(root?.parentSpanContext).toBeUndefined();
  expect(root?.attributes).toEqual({ 'oracle_calls.end_reason': 'hangup' });
  const stages = spans().filter(({ name }) => name !== 'call');
  expect(stages.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['joinToken', 'eventSent', 'sfuConnected', 'synced', 'agentJoined', 'handshake']),
  );
  for (const { parentSpanContext, attributes } of stages) {
    expect(parentSpanContext).toMatchObject({ traceId: id?.traceId, spanId: id?.spanId });
    expect(attributes).toEqual({});
  }
  const told = scene.backend.traceparents.map(parseTraceparent);
  expect(told.length).toBeGreaterThanOrEqual(3);
  for (const context of told) expect(context).toEqual({ traceId: id?.traceId, spanId: id?.spanId, isSampled: true });
});

test('what the application does not sample is not recorded, and the backend is still told which call it is', async () => {
  const { tracer, spans } = application({ sampler: new AlwaysOffSampler() });
  const scene = createScene({ deps: { tracer } });
  await (await scene.liveCall()).endCall();
  expect(spans()).toEqual([]);
  expect(new Set(scene.backend.traceparents)).toHaveProperty('size', 1);
  expect(parseTraceparent(scene.backend.traceparents[0])?.isSampled).toBe(false);
});

test('without a provider a call has a trace of its own all the same', () => {
  const tracer = createOpenTelemetryTracer(new ProxyTracerProvider().getTracer('nobody'));
  const call = tracer.startSpan('call');
  expect(call.context.traceId).not.toMatch(/^0+$/);
  const stage = tracer.startSpan('joinToken', { parent: call.context });
  expect(stage.context.traceId).toBe(call.context.traceId);
});

test('a failed call is told by its code, and nothing that is not foreseen leaves', () => {
  const { tracer, spans } = application();
  const attributes: SpanAttributes = JSON.parse(
    '{"error.type":"ERR_MEDIA_CONNECT","enduser.id":"@canary:example.org"}',
  );
  tracer.startSpan('call').end({ attributes });
  expect(spans().map((span) => [span.attributes, span.status.code])).toEqual([
    [{ 'error.type': 'ERR_MEDIA_CONNECT' }, 2],
  ]);
});
