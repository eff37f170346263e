import { readdir } from 'node:fs/promises';
import { rms } from '@oracle-calls/node-media/pcm';
import { describe, expect, it } from 'vitest';
import { readRecording } from './recording.ts';
import { SPOKEN_SET } from './spoken-set.ts';

/** Silence is below it: 30 ms at the end of a word are above. */
const AUDIBLE_RMS = 0.003;

describe('the recordings', () => {
  it('are those that are listed, each once', async () => {
    const files = (await readdir(new URL('.', import.meta.url))).filter((file) => file.endsWith('.wav'));
    expect(files.toSorted()).toEqual(SPOKEN_SET.map(({ name }) => `${name}.wav`).toSorted());
  });

  it.each(SPOKEN_SET)('$name is 16 kHz, audible, and ends where its sound ends', async (recording) => {
    const { samples, sampleRate } = await readRecording(recording);
    expect(sampleRate).toBe(16_000);
    expect(rms(samples)).toBeGreaterThan(0.01);
    // The last sample of speech is the instant from which an answer is waited for.
    if (recording.kind !== 'noise') expect(rms(samples.slice(-480))).toBeGreaterThan(AUDIBLE_RMS);
  });

  it('are refused when another file has taken the place of one', async () => {
    const [first] = SPOKEN_SET;
    if (first === undefined) throw new TypeError('There are none.');
    await expect(readRecording({ ...first, sha256: '0'.repeat(64) })).rejects.toThrow(/another recording/);
  });
});
