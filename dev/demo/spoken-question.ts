import { openRecogniser, openSynthesiser } from '@oracle-calls/agent/speech';
import { resample } from '@oracle-calls/node-media/pcm';
import type { Speech } from '../caller/scripted-caller.ts';

/** What the scripted caller asks: short, and known to the guide (`dev/guide`). */
export const QUESTION = 'What is the capital city of France?';

/** Trailing silence of synthesised speech; people stop when they stop, so the question must too. */
const SILENCE_LEVEL = 0.01;

/** Real speech from the local synthesiser. */
export async function speakQuestion(weightsDir: string, text: string = QUESTION): Promise<Speech> {
  await using synthesiser = await openSynthesiser({ weightsDir });
  const samples = await synthesiser.synthesise(text);
  let end = samples.length;
  while (end > 0 && Math.abs(samples[end - 1] ?? 0) < SILENCE_LEVEL) end--;
  return { samples: samples.slice(0, end), sampleRate: synthesiser.sampleRate };
}

/** What a recogniser makes of audio. */
export async function recognise(weightsDir: string, samples: Float32Array, sampleRate: number): Promise<string> {
  await using recogniser = await openRecogniser({ weightsDir });
  const pcm = sampleRate === 16_000 ? samples : resample(samples, sampleRate, 16_000);
  const { text } = await recogniser.transcribe(pcm);
  return text;
}
