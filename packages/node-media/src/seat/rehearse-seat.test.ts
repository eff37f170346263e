import { networkInterfaces } from 'node:os';
import { dispose } from '@livekit/rtc-node';
import { afterAll, expect, test } from 'vitest';
import { rehearseSeat } from './rehearse-seat.ts';

/** On loopback alone the media library connects to nobody. */
const hasNetwork = Object.values(networkInterfaces())
  .flat()
  .some((address) => address?.internal === false);

// The native media library keeps the process alive otherwise.
afterAll(() => dispose());

test.runIf(hasNetwork)('a seat is taken, sealed and left at no SFU at all', async () => {
  expect(await rehearseSeat()).toBe('done');
});
