import { describe, expect, test } from 'vitest';
import type { TrackSample } from '../seat/index.ts';
import { toTrackStatistics } from './seat-statistics.ts';

const SENT: TrackSample = {
  trackSid: 'TR_1',
  participantIdentity: 'caller',
  direction: 'sent',
  kind: 'audio',
  isMarkedEncrypted: true,
  hasCryptor: true,
  isKeySet: true,
  isResting: false,
  isRoomEncrypted: true,
  packets: 50,
  bytes: 4_000,
  openedSamples: 0,
};
const RECEIVED: TrackSample = { ...SENT, participantIdentity: 'oracle', direction: 'received', openedSamples: 9_600 };

describe('a track in numbers', () => {
  test('sent through the own cryptor, each packet is a sealed frame', () => {
    expect(toTrackStatistics(SENT)).toEqual({
      direction: 'sent',
      kind: 'audio',
      participantIdentity: 'caller',
      isEncrypted: true,
      packets: 50,
      bytes: 4_000,
      cryptedFrames: 50,
    });
  });

  test('received, frames count by the samples that were opened', () => {
    expect(toTrackStatistics(RECEIVED)).toMatchObject({ isEncrypted: true, cryptedFrames: 10 });
  });

  test.each(['isMarkedEncrypted', 'hasCryptor', 'isKeySet', 'isRoomEncrypted'] as const)(
    'without %s nothing of it counts as encrypted',
    (claim) => {
      for (const track of [SENT, RECEIVED]) {
        expect(toTrackStatistics({ ...track, [claim]: false })).toMatchObject({ isEncrypted: false, cryptedFrames: 0 });
      }
    },
  );

  test('between two handshakes nothing of it counts', () => {
    expect(toTrackStatistics({ ...SENT, isResting: true })).toMatchObject({ isEncrypted: false, cryptedFrames: 0 });
  });

  test('that carried nothing, or nothing that opened, is not encrypted', () => {
    expect(toTrackStatistics({ ...SENT, packets: 0 }).isEncrypted).toBe(false);
    expect(toTrackStatistics({ ...RECEIVED, openedSamples: 0 }).isEncrypted).toBe(false);
  });
});
