import { once } from 'node:events';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startMirrorSfu } from './mirror-sfu.ts';

test('whoever sends the rehearsal something else is cut off, and the process goes on', async () => {
  await using sfu = await startMirrorSfu('rehearsal');
  const stranger = new WebSocket(`${sfu.url}/rtc`);
  await once(stranger, 'open');
  // A field of two bytes, of which one is there.
  stranger.send(Uint8Array.of(0x0a, 0x02, 0x00));
  await once(stranger, 'close');
  const next = new WebSocket(`${sfu.url}/rtc`);
  await once(next, 'message');
  expect(next.readyState).toBe(next.OPEN);
});
