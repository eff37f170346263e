import { expect, test } from 'vitest';
import { NonceStreams, type FrameNonces } from './frame-nonces.ts';

const take = (nonces: FrameNonces, count: number): (string | undefined)[] =>
  Array.from({ length: count }, () => {
    const nonce = nonces.next();
    return nonce === undefined ? undefined : Buffer.from(nonce).toString('hex');
  });

test('no nonce is given twice, not within a stream nor between streams', () => {
  const streams = new NonceStreams();
  const all = Array.from({ length: 50 }, () => streams.open()).flatMap((nonces) => take(nonces, 200));
  expect(new Set(all).size).toBe(50 * 200);
});

test('a nonce is the prefix of the worker, the number of the stream and the number of the frame', () => {
  const streams = new NonceStreams();
  streams.open();
  const [first, second] = take(streams.open(2 ** 32 - 1), 2);
  expect(first?.slice(8)).toBe('00010000ffffffff');
  expect(second?.slice(8)).toBe('0001000100000000');
  expect(second?.slice(0, 8)).toBe(first?.slice(0, 8));
});

test('workers have prefixes of their own', () => {
  const prefixes = Array.from({ length: 20 }, () => take(new NonceStreams().open(), 1)[0]?.slice(0, 8));
  expect(new Set(prefixes).size).toBe(20);
});

test('when the numbers are used up there are no more nonces, rather than old ones', () => {
  expect(take(new NonceStreams().open(2 ** 48 - 1), 3).map((nonce) => nonce?.slice(12))).toEqual([
    'ffffffffffff',
    undefined,
    undefined,
  ]);
  const streams = new NonceStreams();
  for (let stream = 0; stream < 2 ** 16; stream += 1) streams.open();
  expect(streams.open().next()).toBeUndefined();
});
