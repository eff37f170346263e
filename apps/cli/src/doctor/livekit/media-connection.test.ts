import { systemClock } from '@oracle-calls/protocol';
import { FakeClock } from '@oracle-calls/testing/clock';
import { expect, test } from 'vitest';
import { startServer } from '../test-installation.fixture.ts';
import { connectMedia, MEDIA_MAX_MS } from './media-connection.ts';

const never = new AbortController().signal;

test('no connection comes about where nobody listens', async () => {
  await using server = await startServer(() => undefined);
  const url = server.url.replace('http', 'ws');
  await server[Symbol.asyncDispose]();
  expect(await connectMedia(url, 'token', { clock: systemClock, signal: never })).toBeUndefined();
}, 60_000);

test('an attempt that goes on and on is ended, by its time or by who asked', async () => {
  // Takes requests and never answers them.
  await using server = await startServer(() => undefined);
  const url = server.url.replace('http', 'ws');
  const clock = new FakeClock();
  const late = connectMedia(url, 'token', { clock, signal: never });
  await clock.advance(MEDIA_MAX_MS);
  expect(await late).toBeUndefined();
  const asker = new AbortController();
  const given = connectMedia(url, 'token', { clock: new FakeClock(), signal: asker.signal });
  asker.abort(new Error('enough'));
  expect(await given).toBeUndefined();
}, 60_000);
