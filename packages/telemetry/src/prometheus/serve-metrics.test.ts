import { BearerSecret, silentLogger } from '@oracle-calls/protocol';
import { expect, test } from 'vitest';
import { serveMetrics } from './serve-metrics.ts';

const scrape = () => Promise.resolve({ contentType: 'text/plain', text: 'up 1\n' });
const open = (token?: string, answer: typeof scrape = scrape) =>
  serveMetrics({
    host: '127.0.0.1',
    port: 0,
    token: token === undefined ? undefined : new BearerSecret(token, 'metrics token'),
    scrape: answer,
    logger: silentLogger,
  });

test('GET /metrics is answered, and nothing else', async () => {
  await using server = await open();
  const ask = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${server.port}${path}`, { method });
  const answer = await ask('/metrics');
  expect([answer.status, await answer.text(), answer.headers.get('cache-control')]).toEqual([
    200,
    'up 1\n',
    'no-store',
  ]);
  expect((await ask('/')).status).toBe(404);
  expect((await ask('/metrics/x')).status).toBe(404);
  expect((await ask('/metrics', 'POST')).status).toBe(405);
});

test('where a token is set, nobody without it is told anything', async () => {
  await using server = await open('a-token-of-the-scraper');
  const ask = (authorization?: string) =>
    fetch(`http://127.0.0.1:${server.port}/metrics`, { headers: authorization === undefined ? {} : { authorization } });
  for (const wrong of [undefined, 'Bearer wrong', 'a-token-of-the-scraper', 'Bearer a-token-of-the-scrape']) {
    const answer = await ask(wrong);
    expect([answer.status, await answer.text()]).toEqual([401, '']);
  }
  expect((await ask('Bearer a-token-of-the-scraper')).status).toBe(200);
});

test('a scrape that fails is answered without saying why', async () => {
  await using server = await open(undefined, () => Promise.reject(new Error('secret reason')));
  const answer = await fetch(`http://127.0.0.1:${server.port}/metrics`);
  expect([answer.status, await answer.text()]).toEqual([500, '']);
});
