import { randomBytes } from 'node:crypto';
import { createSfuRoomName, OracleCallError } from '@oracle-calls/protocol';
import {
  createTraceContext,
  parseTraceparent,
  type SpanEnd,
  type SpanName,
  type TraceContext,
  type Tracer,
} from '@oracle-calls/protocol/trace';
import { createPrometheusMetrics } from '@oracle-calls/telemetry/prometheus';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ACTIVE_ANSWER_DELAY_MS } from '../answers/answer-outbox.ts';
import { BACKEND_METRICS } from '../telemetry/backend-metrics.ts';
import { AGENT_KEY, ALICE, expectProblem, MALLORY, ORACLE_DID, TestBackend } from './test-backend.ts';

interface NotedSpan extends SpanEnd {
  readonly name: SpanName;
  readonly parent: TraceContext | undefined;
  readonly context: TraceContext;
}

/** Notes every span that ends. */
function notingTracer(spans: NotedSpan[]): Tracer {
  return {
    startSpan(name, { parent } = {}) {
      if (parent?.isSampled === false) return { context: parent, end: () => undefined };
      const { spanId } = createTraceContext();
      const context = { traceId: parent?.traceId ?? createTraceContext().traceId, spanId, isSampled: true };
      return { context, end: (end) => void spans.push({ ...end, name, parent, context }) };
    },
  };
}

let backend: TestBackend;
let spans: NotedSpan[];
let isSampled: boolean;
let metrics: ReturnType<typeof createPrometheusMetrics<typeof BACKEND_METRICS>>;
const trace = (flags: '00' | '01' = '00') =>
  `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-${flags}`;
const text = async (): Promise<string> => (await metrics.scrape()).text;

beforeEach(async () => {
  spans = [];
  isSampled = true;
  metrics = createPrometheusMetrics(BACKEND_METRICS);
  backend = await TestBackend.start({
    telemetry: { metrics, tracer: notingTracer(spans), sample: () => isSampled },
    http: { rateLimits: { joinToken: { count: 2, seconds: 60 } } },
  });
  metrics.onScrape(() => backend.backend.readGauges());
});
afterEach(() => backend[Symbol.asyncDispose]());

/** Asks for a join token under a trace, as the SDK does, and places the call. */
async function placeTraced(traceparent: string) {
  const sfuRoomName = createSfuRoomName();
  const token = await backend.session(ALICE);
  const answer = await backend.request('POST', '/join-token', {
    token,
    json: { roomId: sfuRoomName, oracleDid: ORACLE_DID },
    headers: { traceparent },
  });
  expect(answer.status).toBe(200);
  return backend.placeCall({ roomId: sfuRoomName });
}

describe('traces', () => {
  test('what a client began goes on in the backend, and through the claim to the agent', async () => {
    const traceparent = trace();
    const client = parseTraceparent(traceparent);
    const call = await placeTraced(traceparent);
    const claimed = await backend.claim(call.sfuRoomName, backend.ticketOf(call.sfuRoomName));
    const passedOn = parseTraceparent((claimed.body as { traceparent: string }).traceparent);
    expect(passedOn).toEqual({ ...client, isSampled: true });
    await backend.key(call.callId);
    const ofCall = spans.filter(({ context }) => context.traceId === client?.traceId);
    expect(ofCall.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'POST /join-token',
        'sfu.dispatch',
        'envelope.check',
        'POST /agent/claim',
        'matrix.fetch',
      ]),
    );
    const join = ofCall.find(({ name }) => name === 'POST /join-token');
    expect(join?.parent?.spanId).toBe(client?.spanId);
    expect(ofCall.find(({ name }) => name === 'sfu.dispatch')?.parent).toEqual(join?.context);
    expect(join?.attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': '/join-token',
      'http.response.status_code': 200,
    });
  });

  test('a client cannot have its calls recorded that the backend does not take', async () => {
    isSampled = false;
    const call = await placeTraced(trace('01'));
    const claimed = await backend.claim(call.sfuRoomName, backend.ticketOf(call.sfuRoomName));
    expect(parseTraceparent((claimed.body as { traceparent: string }).traceparent)?.isSampled).toBe(false);
    expect(spans).toEqual([]);
  });

  test.each(['nonsense', `${trace()}-and-more`, trace().toUpperCase(), `01${trace().slice(2)}`])(
    'a traceparent that is none begins another trace: %s',
    async (wrong) => {
      const call = await placeTraced(wrong);
      const { traceparent } = (await backend.claim(call.sfuRoomName, backend.ticketOf(call.sfuRoomName))).body as {
        traceparent: string;
      };
      expect(parseTraceparent(traceparent)).toBeDefined();
      expect(wrong.toLowerCase()).not.toContain(parseTraceparent(traceparent)?.traceId);
    },
  );

  test('a refusal is told by its code, and a call of another user keeps its trace', async () => {
    const call = await placeTraced(trace());
    const before = spans.length;
    const traceparent = trace();
    const answer = await backend.request('POST', '/join-token', {
      token: await backend.session(MALLORY),
      json: { roomId: call.sfuRoomName, oracleDid: ORACLE_DID },
      headers: { traceparent },
    });
    expectProblem(answer, 409, 'ERR_CALL_REPLAYED');
    expect(spans.slice(before).at(-1)?.attributes).toMatchObject({ 'error.type': 'ERR_CALL_REPLAYED' });
    const claimed = await backend.claim(call.sfuRoomName, backend.ticketOf(call.sfuRoomName));
    const { traceparent: passedOn } = claimed.body as { traceparent: string };
    expect(passedOn.slice(3, 35)).not.toBe(traceparent.slice(3, 35));
  });

  test('log lines about the call carry the trace, whoever caused them', async () => {
    const traceparent = trace();
    const traceId = traceparent.slice(3, 35);
    const call = await placeTraced(traceparent);
    await backend.update(call, await backend.session(ALICE), { callStatus: 'ended' });
    for (const message of ['join token given', 'call accepted', 'call ended', 'answer sent']) {
      expect(backend.logged(message), message).toMatchObject([{ traceId }]);
    }
  });

  test('health checks and webhooks are no traces', async () => {
    await backend.request('GET', '/healthz', { headers: { traceparent: trace('01') } });
    await backend.request('GET', '/readyz', { headers: { traceparent: trace('01') } });
    expect(spans).toEqual([]);
  });
});

describe('metrics', () => {
  test('a call is counted from the first request to its end', async () => {
    const call = await placeTraced(trace());
    await backend.claim(call.sfuRoomName, backend.ticketOf(call.sfuRoomName));
    await backend.key(call.callId);
    await backend.sync(call);
    await backend.pass(ACTIVE_ANSWER_DELAY_MS);
    const during = await text();
    for (const sample of [
      'oracle_calls_accepted_total{call_type="audio"} 1',
      'oracle_calls_live{status="active"} 1',
      'oracle_calls_live{status="pending"} 0',
      'oracle_calls_sfu_rooms_open 1',
      // With the claim, and asked for.
      'oracle_calls_key_requests_total{code="ok"} 2',
      'oracle_calls_setup_stage_seconds_count{stage="eventAccepted"} 1',
      'oracle_calls_setup_stage_seconds_count{stage="claimed"} 1',
      'oracle_calls_setup_stage_seconds_count{stage="keyReleased"} 1',
      'oracle_calls_setup_stage_seconds_count{stage="active"} 1',
      'oracle_calls_http_requests_total{route="/join-token",method="POST",code="ok"} 1',
      'oracle_calls_http_request_duration_seconds_count{route="/calls/:callId/key"} 1',
      'oracle_calls_answers_due 0',
      'oracle_calls_matrix_syncing 1',
      'oracle_calls_ready{part="database"} 1',
    ]) {
      expect(during).toContain(`${sample}\n`);
    }
    await backend.update(call, await backend.session(ALICE), { callStatus: 'ended', endReason: 'hangup' });
    const after = await text();
    expect(after).toContain('oracle_calls_ended_total{end_reason="hangup",ended_by="user"} 1\n');
    expect(after).toContain('oracle_calls_live{status="active"} 0\n');
    expect(after).toContain('oracle_calls_sfu_rooms_open 0\n');
  });

  test('refusals are counted by their code, limits by which, and refused events by why', async () => {
    await backend.key('$unknown@lk-unknown', 'a-wrong-key-that-is-long-enough');
    for (let count = 0; count < 3; count += 1) await backend.join(ALICE, createSfuRoomName());
    await backend.placeCall({ oracleDid: 'did:ixo:somebody-else' });
    const told = await text();
    expect(told).toContain(
      'oracle_calls_http_requests_total{route="/calls/:callId/key",method="GET",code="ERR_AUTH_INVALID"} 1\n',
    );
    expect(told).toContain('oracle_calls_rate_limited_total{limit="joinToken"} 1\n');
    expect(told).toContain('oracle_calls_events_refused_total{code="ERR_AUTH_FORBIDDEN"} 1\n');
  });

  test('what Matrix does not take stays due, and what is away is shown as away', async () => {
    const call = await placeTraced(trace());
    backend.matrix.isHealthy = false;
    backend.matrix.failure = new OracleCallError('ERR_UPSTREAM_HOMESERVER');
    await backend.sync(call);
    await backend.backend.settled();
    const told = await text();
    expect(told).toContain('oracle_calls_answers_due 1\n');
    expect(told).toContain('oracle_calls_matrix_syncing 0\n');
    expect(told).toContain('oracle_calls_ready{part="matrix"} 0\n');
  });

  test('no sample says who, which call or which room, whatever was asked', async () => {
    const call = await placeTraced(trace());
    await backend.key(call.callId);
    await backend.request('GET', '/calls/canary-in-a-path/key', { token: AGENT_KEY });
    await backend.request('GET', '/canary-path?canary=query', { headers: { 'user-agent': 'canary' } });
    await backend.request('CANARY', '/calls');
    const told = await text();
    const secrets = [
      call.callId,
      call.eventId,
      call.sfuRoomName,
      ALICE,
      ORACLE_DID,
      'did:',
      '@',
      'canary',
      'CANARY',
      AGENT_KEY,
    ];
    for (const secret of secrets) expect(told.includes(secret), secret).toBe(false);
    expect(told).toContain('route="other"');
  });

  test('the text follows the format, and every label value is one that was known beforehand', async () => {
    const call = await placeTraced(trace());
    await backend.key(call.callId);
    await backend.request('DELETE', '/calls');
    const own = (await text()).split('\n').filter((line) => line.startsWith('oracle_calls_'));
    expect(own.length).toBeGreaterThan(50);
    for (const line of own) {
      const [, name = '', labels = ''] = /^([a-z_]+)(?:\{(.*)\})? -?[0-9.e+-]+$/.exec(line) ?? [];
      expect(name, line).not.toBe('');
      const row = Object.entries(BACKEND_METRICS).find(
        ([known]) => name.replace(/_(bucket|sum|count)$/, '') === known || name === known,
      );
      expect(row, line).toBeDefined();
      for (const [, label = '', value = ''] of labels.matchAll(/([a-z_]+)="([^"]*)"/g)) {
        if (label === 'le') continue;
        const known: Readonly<Record<string, readonly string[]>> = row?.[1].labels ?? {};
        expect(known[label], `${line}: ${label}`).toContain(value);
      }
    }
  });

  test('names and units are those of Prometheus', () => {
    for (const [name, { kind }] of Object.entries(BACKEND_METRICS)) {
      expect(name).toMatch(/^oracle_calls_[a-z]+(_[a-z]+)*$/);
      expect(name.endsWith('_total'), name).toBe(kind === 'counter');
      expect(name, 'seconds, not milliseconds').not.toMatch(/_ms$|_milliseconds/);
      if (kind === 'histogram') expect(name).toMatch(/_seconds$/);
    }
  });
});
