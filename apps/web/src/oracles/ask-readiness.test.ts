import { parseDid } from '@oracle-calls/protocol';
import { FakeClock } from '@oracle-calls/testing/clock';
import { expect, test } from 'vitest';
import { askReadiness } from './ask-readiness.ts';

const oracle = { backendUrl: 'https://backend.example/calls/', oracleDid: parseDid('did:web:oracle.example') };
const { signal } = new AbortController();

test.each([
  ['ready', 200],
  ['not-ready', 503],
  ['not-ready', 404],
] as const)('a backend is %s when it answers with %i', async (readiness, status) => {
  const asked: string[] = [];
  const ask = async (url: unknown): Promise<Response> => {
    asked.push(String(url));
    return new Response(null, { status });
  };
  expect(await askReadiness(oracle, { clock: new FakeClock(), signal, ask })).toBe(readiness);
  expect(asked).toEqual(['https://backend.example/calls/readyz?oracleDid=did%3Aweb%3Aoracle.example']);
});

test('a backend that cannot be reached, or says nothing for long, is away', async () => {
  const clock = new FakeClock();
  const refused = () => Promise.reject(new TypeError('Failed to fetch'));
  expect(await askReadiness(oracle, { clock, signal, ask: refused })).toBe('away');
  const silent = askReadiness(oracle, { clock, signal, ask: () => new Promise(() => undefined) });
  await clock.advance(8_000);
  expect(await silent).toBe('away');
  expect(clock.pendingTimers).toBe(0);
});

test('who stops asking gets no answer', async () => {
  const controller = new AbortController();
  const asking = askReadiness(oracle, {
    clock: new FakeClock(),
    signal: controller.signal,
    ask: () => new Promise(() => undefined),
  });
  controller.abort(new Error('another was chosen'));
  await expect(asking).rejects.toThrow('another was chosen');
});
