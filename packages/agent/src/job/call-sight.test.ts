import { silentLogger } from '@oracle-calls/protocol';
import type { CallType } from '@oracle-calls/protocol';
import { ON_THIS_MACHINE } from '@oracle-calls/protocol/hearing';
import type { EnginePlace } from '@oracle-calls/protocol/hearing';
import { FakeClock } from '@oracle-calls/testing/clock';
import { expect, test } from 'vitest';
import type { Avatar } from '../avatar/avatar.ts';
import { FakeSeat } from './call-job.fixture.ts';
import { openSight } from './call-sight.ts';
import type { SightedCall } from './call-sight.ts';

const AVATAR: Avatar = { width: 16, height: 16, draw: () => undefined };

function scene(
  protocol: SightedCall['protocol'],
  callType: CallType,
  pictures: EnginePlace | 'nobody' = ON_THIS_MACHINE,
) {
  const did: string[] = [];
  const seat = new FakeSeat(did, '');
  const over = new AbortController();
  const seated: SightedCall =
    protocol === 'older' ? { protocol } : { protocol, seat, envelope: { context: { callType } } };
  const sight = openSight({
    seated,
    userIdentity: 'user',
    hearing: pictures === 'nobody' ? {} : { pictures },
    openAvatar: () => Promise.resolve(AVATAR),
    clock: new FakeClock(),
    log: silentLogger,
    signal: over.signal,
  });
  return { did, seat, sight, over };
}

test('eyes look at the user alone, in calls of either type, and not before they are asked', async () => {
  for (const callType of ['audio', 'video'] as const) {
    const { did, seat, sight } = scene('strict', callType);
    expect(did).toEqual([]);
    seat.shown = { source: 'camera', width: 2, height: 2, rgba: new Uint8Array(16).fill(255), rotation: 0 };
    expect(await sight.eyes?.look()).toMatchObject({ source: 'camera', width: 2, height: 2 });
    expect(did).toEqual(['looked at user']);
  }
});

test('the oracle shows itself in video calls alone', async () => {
  expect(scene('strict', 'audio').sight.picture).toBeUndefined();
  const { did, seat, sight, over } = scene('strict', 'video');
  void sight.picture?.begin();
  await expect.poll(() => seat.pictures).toBe(1);
  expect(did).toEqual(['shows itself']);
  over.abort();
});

test('the older protocol has pictures in neither direction', () => {
  expect(scene('older', 'video').sight).toEqual({ eyes: undefined, picture: undefined });
});

test('there are no eyes where the user was told that nobody looks', () => {
  expect(scene('strict', 'video', 'nobody').sight).toMatchObject({ eyes: undefined });
});
