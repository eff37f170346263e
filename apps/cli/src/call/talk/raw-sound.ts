import { int16ToFloat, resample, VOICE_SAMPLE_RATE } from '@oracle-calls/node-media/pcm';

/** How much is brought to 48 kHz at once, in ms: enough for a clean conversion, and no delay that anybody hears. */
const PART_MS = 200;

/** Raw 16-bit little-endian mono PCM as samples of −1…1 at 48 kHz. An odd byte at the very end is dropped. */
export async function* readRawSound(
  bytes: AsyncIterable<Uint8Array>,
  sampleRate: number,
): AsyncGenerator<Float32Array> {
  const partBytes = Math.max(2, Math.round((sampleRate * PART_MS) / 1000) * 2);
  let rest: Uint8Array = new Uint8Array(0);
  for await (const chunk of bytes) {
    rest = Buffer.concat([rest, chunk]);
    for (; rest.length >= partBytes; rest = rest.subarray(partBytes))
      yield toVoice(rest.subarray(0, partBytes), sampleRate);
  }
  if (rest.length >= 2) yield toVoice(rest.subarray(0, rest.length - (rest.length % 2)), sampleRate);
}

function toVoice(bytes: Uint8Array, sampleRate: number): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const samples = Int16Array.from({ length: bytes.length / 2 }, (_, index) => view.getInt16(index * 2, true));
  return resample(int16ToFloat(samples), sampleRate, VOICE_SAMPLE_RATE);
}
