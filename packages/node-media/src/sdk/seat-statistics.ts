import type { TrackStatistics } from '@oracle-calls/sdk/core';
import { VOICE_SAMPLE_RATE } from '../pcm/index.ts';
import type { TrackSample } from '../seat/index.ts';

/** Samples in one frame of sound: 20 ms at Opus' rate, as both ends send it. */
const FRAME_SAMPLES = VOICE_SAMPLE_RATE / 50;

/**
 * What this process itself knows of a track. `rtc-node` counts no frames that its cryptor sealed or opened, so they follow from what it
 * does count: a packet of sound is one frame, and leaves only through the cryptor that was seen on its track; what arrives counts
 * by the samples that left the jitter buffer, or the frames of video that came to the decoder, where a frame that did not open never gets.
 */
export function toTrackStatistics(sample: TrackSample): TrackStatistics {
  const { direction, kind, participantIdentity, packets, bytes, openedSamples } = sample;
  const isKeyed = sample.isKeySet && !sample.isResting;
  const isSealed = sample.isMarkedEncrypted && sample.hasCryptor && isKeyed && sample.isRoomEncrypted;
  const opened = kind === 'video' ? openedSamples : Math.floor(openedSamples / FRAME_SAMPLES);
  const passed = direction === 'sent' ? packets : opened;
  const cryptedFrames = isSealed ? passed : 0;
  return { direction, kind, participantIdentity, packets, bytes, cryptedFrames, isEncrypted: cryptedFrames > 0 };
}
