import { BearerSecret, OracleCallError, toProblem, type ErrorCode } from '@oracle-calls/protocol';
import { FakeClock } from '@oracle-calls/testing/clock';
import { expect, test } from 'vitest';
import { createRingClient } from './ring-client.ts';

const KEY = 'agent-key-canary';
const record = {
  ...{ ringId: '$ring', userId: '@alice:example.org', oracleDid: 'did:ixo:oracle456', callType: 'audio' },
  ...{ ringStatus: 'ringing', ringStartedAt: '2026-01-01T10:00:00.000Z', lifetimeMs: 45_000 },
};
const over = { ...record, ringStatus: 'accepted', callId: '$call@lk-1' };

function createScene(...answers: readonly (object | ErrorCode)[]) {
  const clock = new FakeClock();
  const sent: { readonly method: string; readonly url: string; readonly body: unknown; readonly key: unknown }[] = [];
  const left = [...answers];
  const rings = createRingClient({
    ...{ backendUrl: 'https://calls.example.org/', apiKey: new BearerSecret(KEY, 'API key'), clock },
    fetch: async (url, { method = '', body, headers }) => {
      sent.push({ method, url, body, key: (headers as Record<string, string>)['authorization'] });
      const next = left.shift() ?? record;
      if (typeof next !== 'string') return new Response(JSON.stringify(next));
      const problem = toProblem(new OracleCallError(next));
      return new Response(JSON.stringify(problem), { status: problem.status });
    },
  });
  return { rings, sent, clock };
}

test('a ring is asked for by the API key, and says what the backend answers', async () => {
  const { rings, sent } = createScene();
  const request = { userId: '@alice:example.org', callType: 'audio', reason: 'It is ready.' } as const;
  expect(await rings.ring(request)).toEqual(record);
  expect(sent).toEqual([
    {
      ...{ method: 'POST', url: 'https://calls.example.org/rings', key: `Bearer ${KEY}` },
      body: JSON.stringify(request),
    },
  ]);
});

test('a ring is looked at and taken back under its id', async () => {
  const { rings, sent } = createScene();
  await rings.find('$ring');
  await rings.cancel('$ring');
  expect(sent.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'GET https://calls.example.org/rings/%24ring',
    'DELETE https://calls.example.org/rings/%24ring',
  ]);
});

test.each(['ERR_RING_STRANGER', 'ERR_RING_IN_PROGRESS', 'ERR_RATE_LIMITED'] as const)('%s is told', async (code) => {
  const { rings } = createScene(code);
  await expect(rings.ring({ userId: '@alice:example.org', callType: 'audio' })).rejects.toMatchObject({ code });
});

test('an answer that is no ring is not believed', async () => {
  const { rings } = createScene({ ...record, ringStatus: 'answered' });
  await expect(rings.find('$ring')).rejects.toMatchObject({ code: 'ERR_PROTOCOL_MALFORMED' });
});

test('waiting ends when the ring is over, and outlives a backend that is away for a moment', async () => {
  const { rings, sent, clock } = createScene(record, 'ERR_UPSTREAM_BUSY', record, over);
  const waiting = rings.whenOver('$ring');
  await clock.advance(10_000);
  expect(await waiting).toEqual(over);
  expect(sent).toHaveLength(4);
  expect(clock.pendingTimers).toBe(0);
});

test('waiting stops with its signal', async () => {
  const { rings, clock } = createScene();
  const stop = new AbortController();
  const waiting = rings.whenOver('$ring', { signal: stop.signal });
  await clock.settle();
  stop.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  expect(clock.pendingTimers).toBe(0);
});

test('the API key goes to no address where others read it', async () => {
  const sent: string[] = [];
  const at = (backendUrl: string) =>
    createRingClient({
      ...{ backendUrl, apiKey: new BearerSecret(KEY, 'API key'), clock: new FakeClock() },
      fetch: async (url) => {
        sent.push(url);
        return new Response(JSON.stringify(record));
      },
    });
  for (const refused of ['http://calls.example.org', 'ftp://calls.example.org', 'calls.example.org']) {
    expect(() => at(refused)).toThrow(expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' }));
  }
  // The twin: encrypted, or inside the own network.
  for (const taken of ['https://calls.example.org', 'http://127.0.0.1:8080']) await at(taken).find('$ring');
  expect(sent).toEqual(['https://calls.example.org/rings/%24ring', 'http://127.0.0.1:8080/rings/%24ring']);
});
