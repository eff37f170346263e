import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { callIdParts, parseCallId } from '@oracle-calls/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../dev/process/ports.ts';
import { startCollector, type Collector, type ReceivedSpan } from './telemetry/collector.ts';
import { StackScene } from './stack-scene.ts';

/** Batches are sent every two seconds; the agent's last when its process ends. In ms. */
const SPANS_MAX_MS = 30_000;

/** What each of the three says of one call, at the least. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  'oracle-calls-page': [
    ...['call', 'joinToken', 'eventSent', 'sfuConnected', 'synced', 'agentJoined', 'handshake', 'oracleAudible'],
  ],
  'oracle-calls-backend': [
    ...['POST /join-token', 'POST /calls/:callId/sync', 'POST /agent/claim'],
    ...['sfu.dispatch', 'envelope.check', 'did.resolve'],
  ],
  'oracle-calls-agent': [
    ...['job', 'claimed', 'keyFetched', 'userResolved', 'keyOpened', 'connected', 'published', 'handshakeBegun'],
    ...['confirmed', 'earconSent'],
  ],
};

let collector: Collector;
let scene: StackScene;
let ports: { readonly backend: number; readonly agent: number };

beforeAll(async () => {
  collector = await startCollector();
  ports = { backend: await freePort(), agent: await freePort() };
  scene = await StackScene.open({ otlpUrl: collector.url, metricsPorts: ports });
});

afterAll(async () => {
  await scene[Symbol.asyncDispose]();
  await collector[Symbol.asyncDispose]();
});

const missingOf = (spans: readonly ReceivedSpan[]): readonly string[] =>
  Object.entries(EXPECTED).flatMap(([service, names]) =>
    names
      .filter((name) => !spans.some((span) => span.service === service && span.name === name))
      .map((name) => `${service}: ${name}`),
  );

const isCall = ({ service, name }: ReceivedSpan): boolean => service === 'oracle-calls-page' && name === 'call';

const scrape = async (port: number): Promise<string> => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();

/** The value of the one sample whose name and labels are these. */
const sample = (text: string, name: string): number =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length + 1),
  );

/** Everything that would tell who called whom. */
async function secretsOf(callIdText: string | undefined): Promise<readonly string[]> {
  const callId = parseCallId(callIdText);
  const { eventId, sfuRoomName } = callIdParts(callId);
  const { stack } = scene;
  const { alice } = stack.users;
  return [callId, eventId, sfuRoomName, alice.userId, stack.oracleUserId, stack.oracleDid, 'did:key', '@', 'u-'];
}

test(
  'one call can be followed through page, backend and agent, and neither spans nor metrics say whose it is',
  {
    timeout: 150_000,
  },
  async () => {
    await using caller = await scene.caller();
    await caller.call();
    await caller.untilAudible();
    // On a busy machine the oracle may be heard before the last answers of Matrix and the backend are there.
    const stages = async (): Promise<object> => (await caller.snapshot()).timelineMs;
    await expect.poll(stages, { timeout: SPANS_MAX_MS }).toHaveProperty('synced');
    const { callId } = await caller.snapshot();
    await caller.hangUp();
    // An earlier attempt of this test may have left a call of its own.
    const callSpan = (): ReceivedSpan | undefined => collector.spans().findLast(isCall);
    const spansOfCall = (): readonly ReceivedSpan[] =>
      collector.spans().filter((span) => span.traceId === callSpan()?.traceId);
    await expect.poll(() => missingOf(spansOfCall()), { timeout: SPANS_MAX_MS, interval: 250 }).toEqual([]);

    const ofCall = spansOfCall();
    const { traceId = '', spanId: callSpanId } = callSpan() ?? {};
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);

    // Every span but the call's own hangs on another of the same trace.
    const ids = new Set(ofCall.map(({ spanId }) => spanId));
    expect(ofCall.filter(({ parentSpanId }) => !ids.has(parentSpanId)).map(({ name }) => name)).toEqual(['call']);
    const parentOf = (service: string, name: string): string | undefined => {
      const span = ofCall.find((one) => one.service === service && one.name === name);
      return ofCall.find(({ spanId }) => spanId === span?.parentSpanId)?.name;
    };
    expect(ofCall.find(({ name }) => name === 'job')?.parentSpanId).toBe(callSpanId);
    expect(parentOf('oracle-calls-page', 'handshake')).toBe('call');
    expect(parentOf('oracle-calls-backend', 'POST /join-token')).toBe('call');
    expect(parentOf('oracle-calls-backend', 'sfu.dispatch')).toBe('POST /join-token');
    // Only its answer tells the agent of the trace; of a fresh call it brings the sealed key along.
    expect(parentOf('oracle-calls-backend', 'POST /agent/claim')).toBe('call');
    expect(parentOf('oracle-calls-agent', 'confirmed')).toBe('job');
    for (const { name, startTimeUnixNano, endTimeUnixNano } of ofCall) {
      expect(BigInt(endTimeUnixNano) >= BigInt(startTimeUnixNano), name).toBe(true);
    }

    // The log of backend and agent names the trace too; the SFU's and the homeserver's do not know it.
    const linesWith = (part: string): number =>
      scene.log.filter((line) => line.startsWith(`${part} | `) && line.includes(traceId)).length;
    expect(linesWith('backend')).toBeGreaterThan(2);
    expect(linesWith('agent')).toBeGreaterThan(2);
    expect([linesWith('livekit'), linesWith('synapse')]).toEqual([0, 0]);

    await expect
      .poll(async () => sample(await scrape(ports.agent), 'oracle_calls_agent_jobs_active'), { timeout: SPANS_MAX_MS })
      .toBe(0);
    const [backend, agent] = [await scrape(ports.backend), await scrape(ports.agent)];
    expect(sample(backend, 'oracle_calls_accepted_total{call_type="audio"}')).toBeGreaterThanOrEqual(1);
    expect(backend).toMatch(/oracle_calls_ended_total\{end_reason="hangup",ended_by="\w+"\} [1-9]/);
    expect(sample(backend, 'oracle_calls_key_requests_total{code="ok"}')).toBeGreaterThanOrEqual(1);
    expect(sample(backend, 'oracle_calls_setup_stage_seconds_count{stage="active"}')).toBeGreaterThanOrEqual(1);
    expect(sample(backend, 'oracle_calls_matrix_syncing')).toBe(1);
    expect(sample(backend, 'oracle_calls_matrix_sync_age_seconds')).toBeLessThan(60);
    expect(sample(backend, 'oracle_calls_ready{part="sfu"}')).toBe(1);
    expect(sample(backend, 'oracle_calls_live{status="active"}')).toBe(0);
    expect(sample(agent, 'oracle_calls_agent_jobs_accepted_total')).toBeGreaterThanOrEqual(1);
    expect(sample(agent, 'oracle_calls_agent_handshake_seconds_count')).toBeGreaterThanOrEqual(1);
    expect(sample(agent, 'oracle_calls_agent_stage_seconds_count{stage="confirmed"}')).toBeGreaterThanOrEqual(1);

    const told = { spans: collector.bodies.join('\n'), backend, agent };
    for (const secret of await secretsOf(callId)) {
      for (const [what, text] of Object.entries(told))
        expect(text.includes(secret), `${secret} in ${what}`).toBe(false);
    }
  },
);

test('where nobody asks for it, nothing is sent and nothing listens', { timeout: 180_000 }, async () => {
  const { stack } = scene;
  for (const part of ['backend', 'agent']) {
    const file = join(stack.stateDir, part, `${part}.json`);
    const { telemetry, metrics, ...rest } = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    expect([telemetry, metrics]).toEqual([expect.anything(), expect.anything()]);
    await writeFile(file, JSON.stringify(rest));
  }
  await stack.restartBackend({ signal: 'SIGTERM' });
  await stack.stopAgent();
  await stack.startAgent();
  await stack.agentWarm(AbortSignal.timeout(90_000));
  const before = collector.bodies.length;
  await using caller = await scene.caller('bob', () => {
    // The page is told of no collector.
    const ask = globalThis.fetch;
    globalThis.fetch = async (...request) => {
      const answer = await ask(...request);
      if (request[0] !== '/config.json') return answer;
      const { otlpUrl: _unwanted, ...config } = (await answer.json()) as Record<string, unknown>;
      return Response.json(config);
    };
  });
  await caller.call();
  await caller.untilAudible();
  const { callId } = await caller.snapshot();
  await caller.hangUp();
  expect(await scene.facts.waitFor('job over', callId ?? '', 15_000)).toBeDefined();
  // The log can be followed all the same.
  const claimed = scene.facts.find('call claimed', callId ?? '');
  expect(claimed?.['traceId']).toMatch(/^[0-9a-f]{32}$/);
  expect(scene.facts.find('job over', callId ?? '')?.['traceId']).toBe(claimed?.['traceId']);
  expect(collector.bodies.length).toBe(before);
  for (const port of Object.values(ports)) await expect(scrape(port)).rejects.toThrow('fetch failed');
});
