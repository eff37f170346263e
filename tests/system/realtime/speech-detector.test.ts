import { expect, test } from 'vitest';
import { MODEL_SAMPLE_RATE, SpeechDetector } from './speech-detector.ts';

const SETTINGS = { prefix_padding_ms: 300, silence_duration_ms: 500 };
const sound = (ms: number, level: number): Float32Array =>
  Float32Array.from({ length: (MODEL_SAMPLE_RATE * ms) / 1_000 }, (_, i) => (i % 2 === 0 ? level : -level));

test('speech has its padding before and its silence after, in the places that are told and in the sound', () => {
  const detector = new SpeechDetector(SETTINGS);
  const heard = [sound(1_000, 0), sound(1_000, 0.2), sound(490, 0), sound(500, 0.2), sound(1_000, 0)];
  const found = heard.flatMap((piece) => detector.push(piece));
  expect(found).toEqual([
    { kind: 'started', audioStartMs: 700 },
    { kind: 'stopped', audioEndMs: 3_500, samples: expect.any(Float32Array) },
  ]);
  const [, stopped] = found;
  expect(stopped?.kind === 'stopped' && stopped.samples.length / (MODEL_SAMPLE_RATE / 1_000)).toBe(2_800);
});

test('a click and a hum are no speech', () => {
  const detector = new SpeechDetector(SETTINGS);
  const heard = [sound(1_000, 0), sound(60, 0.5), sound(1_000, 0.005)];
  expect(heard.flatMap((piece) => detector.push(piece))).toEqual([]);
});
