import { FakeClock } from '@oracle-calls/testing/clock';
import { describe, expect, it } from 'vitest';
import { bytesOf, eventsOf } from './read-answer.ts';
import { post } from './upstream.ts';
import type { UpstreamAnswer } from './upstream.ts';

const answer = (status: number, headers: Record<string, string> = {}) => ({
  baseUrl: 'https://api.example/v1/',
  clock: new FakeClock(Date.UTC(2026, 0, 1, 10)),
  fetch: (): Promise<Response> => Promise.resolve(new Response('', { status, headers })),
});
const request = { path: '/x', body: '{}' };

describe('a service that refuses', () => {
  it.each([
    ['7', 7_000],
    ['Thu, 01 Jan 2026 10:00:03 GMT', 3_000],
    ['Thu, 01 Jan 2026 09:00:00 GMT', 0],
    ['soon', undefined],
  ])('and asks for patience with %j is understood', async (header, retryAfterMs) => {
    await expect(post(answer(429, { 'retry-after': header }), request)).rejects.toMatchObject({
      code: 'ERR_UPSTREAM_LIMITED',
      details: retryAfterMs === undefined ? { status: 429 } : { status: 429, retryAfterMs },
    });
  });

  it.each([
    [400, 'ERR_UPSTREAM_REFUSED', false],
    [403, 'ERR_UPSTREAM_REFUSED', false],
    [408, 'ERR_UPSTREAM_MODEL', true],
    [425, 'ERR_UPSTREAM_MODEL', true],
    [500, 'ERR_UPSTREAM_MODEL', true],
    [529, 'ERR_UPSTREAM_MODEL', true],
  ])('with %d is %s', async (status, code, retryable) => {
    await expect(post(answer(status), request)).rejects.toMatchObject({ code, retryable, details: { status } });
  });
});

describe('an answer', () => {
  const of = (contentType: string, ...pieces: string[]): UpstreamAnswer => ({
    contentType,
    release: () => undefined,

    pieces: (async function* () {
      for (const piece of pieces) yield Buffer.from(piece);
    })(),
  });

  it('whose one event does not end is given up', async () => {
    const endless = of('text/event-stream', ...Array.from({ length: 20 }, () => `data: ${'x'.repeat(100_000)}\n`));
    const read = (async () => {
      for await (const _ of eventsOf(endless)) continue;
    })();
    await expect(read).rejects.toMatchObject({ code: 'ERR_UPSTREAM_MALFORMED' });
  });

  it('that does not end is given up', async () => {
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void =>
      controller.enqueue(new Uint8Array(1024 * 1024));
    const fetch = (): Promise<Response> => Promise.resolve(new Response(new ReadableStream({ pull })));
    await expect(post({ ...answer(200), fetch }, request).then(bytesOf)).rejects.toMatchObject({
      code: 'ERR_UPSTREAM_MALFORMED',
    });
  });

  it('waits for who reads slowly, and not for who writes slowly', async () => {
    const clock = new FakeClock();
    let writer: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (writer = controller) });
    let asked: AbortSignal | null | undefined;
    const fetch = (_url: string, { signal }: RequestInit): Promise<Response> => {
      asked = signal;
      return Promise.resolve(new Response(body));
    };
    const options = { ...answer(200), clock, fetch, idleMaxMs: 20_000 };
    const pieces = (await post(options, request)).pieces[Symbol.asyncIterator]();
    writer?.enqueue(Uint8Array.of(1));
    expect((await pieces.next()).value).toEqual(Uint8Array.of(1));
    await clock.advance(60_000);
    expect(asked?.aborted).toBe(false);
    writer?.enqueue(Uint8Array.of(2));
    expect((await pieces.next()).value).toEqual(Uint8Array.of(2));
    const third = pieces.next();
    await clock.advance(20_000);
    expect(asked?.reason).toMatchObject({ code: 'ERR_UPSTREAM_TIMEOUT' });
    writer?.error(asked?.reason);
    await expect(third).rejects.toMatchObject({ code: 'ERR_UPSTREAM_TIMEOUT' });
    expect(clock.pendingTimers).toBe(0);
  });
});
