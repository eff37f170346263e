import { trace } from '@opentelemetry/api';
import { systemClock } from '@oracle-calls/protocol';
import { createTraceContext, type SpanAttributes, type SpanName } from '@oracle-calls/protocol/trace';
import { expect, test } from 'vitest';
import { startFakeCollector } from './collector.fixture.ts';
import { FLUSH_MAX_MS, openTraceExport, WAITING_SPANS_MAX } from './trace-export.ts';

const serviceName = 'oracle-calls-backend';
const clock = systemClock;
const sampled = () => ({ ...createTraceContext(), isSampled: true });

test('spans of a sampled trace are sent, with their parent, their times and the headers of the collector', async () => {
  await using collector = await startFakeCollector();
  const headers = { authorization: 'Bearer of-the-collector' };
  const opened = openTraceExport({ serviceName, otlpUrl: collector.url, headers, clock });
  const parent = sampled();
  const outer = opened.tracer.startSpan('POST /join-token', { parent, at: 1_700_000_000_000 });
  const inner = opened.tracer.startSpan('sfu.dispatch', { parent: outer.context });
  inner.end({ attributes: { 'error.type': 'ERR_UPSTREAM_SFU' } });
  outer.end({ at: 1_700_000_000_250, attributes: { 'http.response.status_code': 503 } });
  await opened.close();
  const [body = ''] = collector.bodies;
  const { traceId } = parent;
  expect(body).toContain('"service.name"');
  for (const forbidden of ['host.', 'process.', 'of-the-collector']) expect(body).not.toContain(forbidden);
  const [{ scopeSpans }] = (JSON.parse(body) as { resourceSpans: [{ scopeSpans: [{ spans: object[] }] }] })
    .resourceSpans;
  const spans = scopeSpans[0].spans;
  expect(spans).toHaveLength(2);
  expect(spans).toContainEqual(
    expect.objectContaining({
      traceId,
      spanId: outer.context.spanId,
      parentSpanId: parent.spanId,
      name: 'POST /join-token',
      startTimeUnixNano: '1700000000000000000',
      endTimeUnixNano: '1700000000250000000',
      attributes: [{ key: 'http.response.status_code', value: { intValue: 503 } }],
    }),
  );
  expect(spans).toContainEqual(
    expect.objectContaining({ traceId, parentSpanId: outer.context.spanId, name: 'sfu.dispatch', status: { code: 2 } }),
  );
  expect(collector.headers[0]?.authorization).toBe('Bearer of-the-collector');
});

test('nothing of a trace that is not sampled is sent', async () => {
  await using collector = await startFakeCollector();
  const opened = openTraceExport({ serviceName, otlpUrl: collector.url, clock });
  const parent = createTraceContext();
  const span = opened.tracer.startSpan('call', { parent });
  expect(span.context).toEqual(parent);
  span.end();
  await opened.close();
  expect(collector.bodies).toEqual([]);
});

test('names and attributes that nobody foresaw do not leave the process', async () => {
  await using collector = await startFakeCollector();
  const opened = openTraceExport({ serviceName, otlpUrl: collector.url, clock });
  // What a mistake elsewhere might do.
  const attributes: SpanAttributes = JSON.parse('{"enduser.id":"@canary:example.org","error.type":"did:ixo:canary"}');
  const name = 'GET /calls/$canary@lk-canary/key' satisfies SpanName;
  opened.tracer.startSpan(name, { parent: sampled() }).end({ attributes });
  await opened.close();
  expect(collector.bodies).toHaveLength(1);
  expect(collector.bodies.join()).not.toContain('canary');
  expect(collector.bodies.join()).toContain('"name":"other"');
});

test('other libraries that trace in the same process are not exported', async () => {
  await using collector = await startFakeCollector();
  const opened = openTraceExport({ serviceName, otlpUrl: collector.url, clock });
  trace.getTracer('somebody else').startSpan('what people said').end();
  await opened.close();
  expect(collector.bodies).toEqual([]);
});

test('a collector that is away, or never answers, costs the spans and nothing else', { timeout: 30_000 }, async () => {
  await using collector = await startFakeCollector();
  collector.isHolding = true;
  for (const otlpUrl of ['http://127.0.0.1:1/v1/traces', collector.url]) {
    const opened = openTraceExport({ serviceName, otlpUrl, clock });
    // More than wait at once: the rest is dropped.
    for (let count = 0; count < WAITING_SPANS_MAX * 2; count += 1) {
      opened.tracer.startSpan('call', { parent: sampled() }).end();
    }
    const begunAt = performance.now();
    await opened.close();
    // Generous for a busy machine; without the bound it would be the exporter's own retries.
    expect(performance.now() - begunAt).toBeLessThan(FLUSH_MAX_MS + 3_000);
  }
});
