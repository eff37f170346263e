import { RtcStats } from '@livekit/rtc-ffi-bindings';
import { expect, test } from 'vitest';
import { countThenLook } from './media-evidence.ts';
import type { TrackClaims } from './media-evidence.ts';

const SENT: TrackClaims = {
  trackSid: 'TR_1',
  participantIdentity: 'agent',
  direction: 'sent',
  kind: 'audio',
  isMarkedEncrypted: true,
  hasCryptor: true,
  isKeySet: true,
  isResting: false,
  isRoomEncrypted: true,
};

test('packets that a key let out while they were counted are judged with that key', async () => {
  let isKeySet = false;
  // A busy machine: the key comes, and sound under it, before the statistics do.
  const count = async (): Promise<RtcStats[]> => {
    await Promise.resolve();
    isKeySet = true;
    return [outbound(3)];
  };
  const look = (): TrackClaims[] => [{ ...SENT, isKeySet, hasCryptor: isKeySet }];
  const early = look();
  expect(await countThenLook(count, look, () => 0)).toMatchObject([{ packets: 3, isKeySet: true, hasCryptor: true }]);
  // What was claimed before would have called them unsealed.
  expect(early).toMatchObject([{ isKeySet: false, hasCryptor: false }]);
});

const outbound = (packetsSent: number): RtcStats =>
  RtcStats.fromJson({ outboundRtp: { stream: { ssrc: 1, kind: 'audio' }, sent: { packetsSent, bytesSent: 99 } } });
