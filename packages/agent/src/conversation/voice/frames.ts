import { AudioFrame } from '@livekit/rtc-node';

/** Frames a second: 20 ms each, an Opus packet's length. */
const FRAMES_PER_SECOND = 50;

/** Samples of a sentence as frames that a track takes. */
export function* framesOf(samples: Int16Array, sampleRate: number): Generator<AudioFrame> {
  const length = Math.floor(sampleRate / FRAMES_PER_SECOND);
  for (let start = 0; start < samples.length; start += length) {
    const data = samples.slice(start, start + length);
    yield new AudioFrame(data, sampleRate, 1, data.length);
  }
}
