import type { FrameCryptor } from '@livekit/rtc-ffi-bindings';
import type { Clock } from '@oracle-calls/protocol';
import { packetsSince, SEALED_MAX_MS } from './ear-gate.ts';

const LOOK_EVERY_MS = 5;

/** WebRTC gives the same statistics again for 50 ms; later than this, in ms, none of after the question come any more. */
const FRESH_MAX_MS = 1_000;

/** Frames of video that came to the decoder so far, by stream: what the frame cryptor does not open never counts among them. */
export interface FrameCounts {
  readonly frames: ReadonlyMap<number, number>;
  /** When they were counted, in epoch ms. */
  readonly at: number;
}

/** One participant's pictures as they arrive. */
export interface SeenTrack {
  readonly identity: string;
  readonly trackSid: string | undefined;
  cryptors(): readonly FrameCryptor[];
  /** @throws when the room is not connected any more */
  counts(): Promise<FrameCounts>;
}

/**
 * Whether a track that was just subscribed may be looked at. `too-early`: something came to the decoder before the frame cryptor stood
 * before it, and may be shown at any later time; it may be sealed, or in the clear. `unsealed`: there is no cryptor.
 */
export type PictureVerdict = 'sealed' | 'too-early' | 'unsealed';

/** Whether the frame cryptor of this very track is there, switched on. */
export function isSealed({ identity, trackSid, cryptors }: Omit<SeenTrack, 'counts'>): boolean {
  return cryptors().some(
    (one) => one.participantIdentity === identity && one.trackSid === trackSid && one.enabled === true,
  );
}

/**
 * The rule of the eyes. The media library decodes a track from the moment it arrives, and puts the frame cryptor before it some
 * milliseconds later. A picture that needs no key can wait in the decoder's buffer as long as whoever sent it likes, so time heals nothing:
 * a track counts only when nothing at all had come before the cryptor was seen.
 *
 * @param before what had come when the track was asked for
 * @throws when the room is not connected any more; an abort's reason
 */
export async function judgePictures(
  track: SeenTrack,
  before: FrameCounts['frames'],
  clock: Clock,
  signal: AbortSignal,
): Promise<PictureVerdict> {
  const giveUpAt = clock.now() + SEALED_MAX_MS;
  while (!isSealed(track)) {
    if (clock.now() >= giveUpAt) return 'unsealed';
    await clock.sleep(LOOK_EVERY_MS, { signal });
  }
  const seenAt = clock.now();
  for (;;) {
    const { frames, at } = await track.counts();
    if (at > seenAt) return packetsSince(before, frames) > 0 ? 'too-early' : 'sealed';
    if (clock.now() - seenAt >= FRESH_MAX_MS) return 'too-early';
    await clock.sleep(LOOK_EVERY_MS, { signal });
  }
}
