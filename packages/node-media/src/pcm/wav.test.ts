import { describe, expect, it } from 'vitest';
import { readWav, writeWav } from './wav.ts';

const sound = Float32Array.from({ length: 320 }, (_, i) => Math.sin(i / 7) / 2);
const malformed = expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' });

/** Puts a chunk between the header and the format, as some recorders do. */
function withChunk(file: Uint8Array, name: string, length: number): Uint8Array {
  const chunk = new Uint8Array(8 + length + (length % 2));
  chunk.set(new TextEncoder().encode(name));
  new DataView(chunk.buffer).setUint32(4, length, true);
  return Uint8Array.from([...file.subarray(0, 12), ...chunk, ...file.subarray(12)]);
}

function changed(offset: number, value: number): Uint8Array {
  const file = writeWav({ samples: sound, sampleRate: 8_000 });
  file[offset] = value;
  return file;
}

describe('a WAVE file', () => {
  it('is read as it was written', () => {
    const { samples, sampleRate } = readWav(writeWav({ samples: sound, sampleRate: 16_000 }));
    expect(sampleRate).toBe(16_000);
    expect(samples.length).toBe(sound.length);
    samples.forEach((sample, i) => expect(sample).toBeCloseTo(sound[i] ?? NaN, 4));
  });

  it('clips what is louder than full scale', () => {
    const { samples } = readWav(writeWav({ samples: Float32Array.of(2, -2), sampleRate: 8_000 }));
    expect([...samples]).toEqual([32_767 / 32_768, -1]);
  });

  it('may hold other chunks, of odd length too', () => {
    const file = withChunk(writeWav({ samples: sound, sampleRate: 8_000 }), 'LIST', 5);
    expect(readWav(file).samples.length).toBe(sound.length);
  });

  it('that was cut off gives what is there', () => {
    expect(readWav(writeWav({ samples: sound, sampleRate: 8_000 }).subarray(0, 44 + 100)).samples.length).toBe(50);
  });

  it('of two channels is averaged', () => {
    const file = writeWav({ samples: Float32Array.of(0.5, -0.5, 0.25, 0.75), sampleRate: 8_000 });
    file[22] = 2;
    expect([...readWav(file).samples]).toEqual([0, 0.5]);
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['text', new TextEncoder().encode('hello, this is not a sound at all')],
    ['a header alone', writeWav({ samples: sound, sampleRate: 8_000 }).subarray(0, 12)],
    ['floating point samples', changed(20, 3)],
    ['8-bit samples', changed(34, 8)],
    ['no channel', changed(22, 0)],
    ['a format chunk that is cut off', writeWav({ samples: sound, sampleRate: 8_000 }).subarray(0, 30)],
  ])('is refused when it is %s', (_what, bytes) => {
    expect(() => readWav(bytes)).toThrow(malformed);
  });
});
