import { FrameCryptor } from '@livekit/rtc-ffi-bindings';
import { FakeClock } from '@oracle-calls/testing/clock';
import { describe, expect, it } from 'vitest';
import { SEALED_MAX_MS } from './ear-gate.ts';
import { judgePictures } from './picture-gate.ts';
import type { FrameCounts } from './picture-gate.ts';

const CRYPTOR = { participantIdentity: 'user', trackSid: 'TR_1', enabled: true };

/** A track whose cryptor and frames the test makes. Statistics are up to 50 ms old, as WebRTC's are. */
function scene({ ageMs = 0, before = new Map<number, number>() } = {}) {
  const clock = new FakeClock();
  const present: FrameCryptor[] = [];
  const frames = new Map<number, number>();
  const leaving = new AbortController();
  const counts = async (): Promise<FrameCounts> => ({ frames: new Map(frames), at: clock.now() - ageMs });
  const track = { identity: 'user', trackSid: 'TR_1', cryptors: () => present, counts };
  return {
    clock,
    leaving,
    verdict: judgePictures(track, before, clock, leaving.signal),
    appear: (parts: object = {}) => void present.push(new FrameCryptor({ ...CRYPTOR, ...parts })),
    arrive: (stream: number, count: number) => void frames.set(stream, count),
  };
}

describe('a track that was just subscribed', () => {
  it('may be looked at when its cryptor is there, and nothing came before', async () => {
    const { clock, verdict, appear, arrive } = scene();
    appear();
    await clock.advance(10);
    arrive(7, 3);
    expect(await verdict).toBe('sealed');
  });

  it('may not when something came before: it may be shown at any later time', async () => {
    const { clock, verdict, appear, arrive } = scene();
    arrive(7, 1);
    await clock.advance(50);
    appear();
    await clock.advance(10);
    expect(await verdict).toBe('too-early');
  });

  it('is not blamed for what other tracks had brought before it was asked for', async () => {
    const { clock, verdict, appear, arrive } = scene({ before: new Map([[3, 90]]) });
    arrive(3, 90);
    appear();
    await clock.advance(10);
    expect(await verdict).toBe('sealed');
  });

  it('is judged by no statistics of before the cryptor was seen', async () => {
    const { clock, verdict, appear, arrive } = scene({ ageMs: 2_000 });
    appear();
    arrive(7, 0);
    await clock.advance(1_010);
    expect(await verdict).toBe('too-early');
  });

  it.each([{ participantIdentity: 'somebody' }, { trackSid: 'TR_2' }, { enabled: false }])(
    'is unsealed with no cryptor but %j',
    async (parts) => {
      const { clock, verdict, appear } = scene();
      appear(parts);
      await clock.advance(SEALED_MAX_MS + 10);
      expect(await verdict).toBe('unsealed');
      expect(clock.pendingTimers).toBe(0);
    },
  );

  it('is given up with the look', async () => {
    const { clock, leaving, verdict } = scene();
    const reason = new Error('left');
    leaving.abort(reason);
    await expect(verdict).rejects.toBe(reason);
    expect(clock.pendingTimers).toBe(0);
  });
});
