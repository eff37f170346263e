import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { silentTelemetry } from '@oracle-calls/backend';
import { createJsonLogger, systemClock } from '@oracle-calls/protocol';
import { metricsConfigSchema, telemetryConfigSchema } from '@oracle-calls/telemetry';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { openBackendTelemetry } from './open-telemetry.ts';

const LOADED = fileURLToPath(new URL('./loaded-modules.fixture.ts', import.meta.url));
const metrics = { host: '127.0.0.1', port: 0 };
const telemetry = { otlpUrl: 'http://127.0.0.1:1/v1/traces' };

async function loadedFor(config: object): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [LOADED, JSON.stringify(config)]);
  return JSON.parse(stdout);
}

test('what is not asked for is not even loaded', { timeout: 60_000 }, async () => {
  expect(await loadedFor({})).toEqual([]);
  expect(await loadedFor({ metrics })).toEqual(expect.arrayContaining(['prom-client']));
  expect(await loadedFor({ telemetry })).toEqual(['@opentelemetry']);
});

test('nothing is opened without a configuration', async () => {
  await using opened = new AsyncDisposableStack();
  const logger = createJsonLogger(() => undefined, systemClock);
  const options = { metrics: undefined, telemetry: undefined, getBackend: () => undefined, clock: systemClock, logger };
  expect(await openBackendTelemetry(options, opened)).toEqual(silentTelemetry);
});

test('metrics are told on a listener of their own, to whoever brings the token, and the gauges are read before', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'oracle-calls-metrics-'));
  const lines: string[] = [];
  let reads = 0;
  const readGauges = async (): Promise<void> => void (reads += 1);
  try {
    const tokenFile = join(folder, 'token');
    await writeFile(tokenFile, 'a-token-for-scrapers\n');
    await using opened = new AsyncDisposableStack();
    const logger = createJsonLogger((line) => lines.push(line), systemClock);
    const options = { telemetry: undefined, getBackend: () => ({ readGauges }), clock: systemClock, logger };
    const { metrics: taken } = await openBackendTelemetry({ ...options, metrics: { ...metrics, tokenFile } }, opened);
    taken.add('oracle_calls_accepted_total', { call_type: 'audio' });
    const { port } = JSON.parse(lines.join()) as { port: number };
    const ask = (headers: Record<string, string>) => fetch(`http://127.0.0.1:${port}/metrics`, { headers });
    expect((await ask({})).status).toBe(401);
    expect(reads).toBe(0);
    const answer = await ask({ authorization: 'Bearer a-token-for-scrapers' });
    expect(await answer.text()).toContain('oracle_calls_accepted_total{call_type="audio"} 1');
    expect(reads).toBe(1);
    expect(lines.join()).not.toContain('a-token-for-scrapers');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.each([
  ['loopback', { port: 9464 }, true],
  ['loopback by name', { host: 'localhost', port: 9464 }, true],
  ['every address', { host: '0.0.0.0', port: 9464 }, false],
  ['every address of IPv6', { host: '::', port: 9464 }, false],
  ['a name that looks like loopback', { host: '127.0.0.1.example.org', port: 9464 }, false],
  ['every address with a token', { host: '0.0.0.0', port: 9464, tokenFile: 'token' }, true],
  ['no port', { host: '127.0.0.1' }, false],
  ['an unknown field', { port: 9464, path: '/metrics' }, false],
])('metrics on %s', (_what, config, isGood) => {
  expect(v.is(metricsConfigSchema, config)).toBe(isGood);
});

test.each([
  [{ otlpUrl: 'https://collector.example/v1/traces', headersFile: 'headers', sampleRatio: 0.1 }, true],
  [{ otlpUrl: 'grpc://collector.example' }, false],
  [{ otlpUrl: 'https://collector.example', sampleRatio: 1.1 }, false],
  [{ otlpUrl: 'https://collector.example', headers: { authorization: 'secret' } }, false],
])('telemetry of %o', (config, isGood) => {
  expect(v.is(telemetryConfigSchema, config)).toBe(isGood);
});
