import { FakeClock } from '@oracle-calls/testing/clock';
import { describe, expect, it } from 'vitest';
import { EchoGuard } from './echo-guard.ts';

const RATE = 16_000;
const WINDOW = 512;
const WINDOW_MS = 32;
const FRAME = 960;

/** Numbers of 0…1, the same each time (Lehmer). */
function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** Something with the rhythm and the colours of speech: syllables of changing pitch and formants, with pauses. */
function babble(seconds: number, seed: number): Float32Array {
  const next = random(seed);
  const samples = new Float32Array(seconds * RATE);
  for (let at = 0; at < samples.length;) {
    const length = Math.round((0.09 + 0.16 * next()) * RATE);
    const pitch = 90 + 130 * next();
    const formants = [300 + 500 * next(), 900 + 1_300 * next(), 2_200 + 1_200 * next()];
    const loudness = next() < 0.15 ? 0 : 0.2 + 0.8 * next();
    for (let i = 0; i < length && at + i < samples.length; i++) {
      let sum = 0.05 * (next() - 0.5);
      for (let harmonic = 1; harmonic * pitch < 4_000; harmonic++) {
        const hertz = harmonic * pitch;
        const gain = formants.reduce((all, formant) => all + Math.exp(-(((hertz - formant) / 150) ** 2)), 0.02);
        sum += gain * Math.sin((2 * Math.PI * hertz * i) / RATE);
      }
      samples[at + i] = 0.08 * loudness * sum * Math.sin((Math.PI * i) / length);
    }
    at += length;
  }
  return samples;
}

/** The same for all tests: making it takes longer than listening to it. */
const OWN = babble(8, 11);
const USER = babble(3, 1_234_567);
const at48k = (samples: Float32Array): Int16Array =>
  Int16Array.from({ length: samples.length * 3 }, (_, i) => (samples[Math.floor(i / 3)] ?? 0) * 32_767);

interface Talk {
  readonly delayMs: number;
  /** Of the echo's amplitude. */
  readonly gain: number;
  /** When the user begins to speak, and how loud. */
  readonly user?: { readonly fromMs: number; readonly gain: number } | undefined;
}

/** What the guard says of each window with a voice in it, while the oracle speaks for eight seconds: ms from its first sound. */
async function listen({ delayMs, gain, user }: Talk): Promise<{ readonly ms: number; readonly isEcho: boolean }[]> {
  const clock = new FakeClock();
  const guard = new EchoGuard(clock);
  const own = OWN;
  const own48 = at48k(own);
  const voice = USER;
  const noise = random(5);
  const startsAt = clock.now() + 480;
  const verdicts: { readonly ms: number; readonly isEcho: boolean }[] = [];
  for (let frame = 0, voiceWindows = 0; clock.now() < startsAt + 8_000;) {
    await clock.advance(WINDOW_MS);
    const now = clock.now();
    for (; startsAt + frame * 20 < now + 200 && frame < 400; frame++) {
      guard.played(own48.subarray(frame * FRAME, (frame + 1) * FRAME), 48_000, startsAt + frame * 20);
    }
    const heard = Float32Array.from({ length: WINDOW }, (_, i) => {
      const ms = now - WINDOW_MS + i / 16 - startsAt;
      const echo = Math.round((ms - delayMs) * 16);
      const said = user === undefined ? 0 : user.gain * (voice[Math.round((ms - user.fromMs) * 16)] ?? 0);
      const reverberation = 0.3 * (own[echo - 400] ?? 0);
      return 0.0005 * (noise() - 0.5) + gain * ((own[echo] ?? 0) + reverberation) + said;
    });
    const isVoice = Math.hypot(...heard) / Math.sqrt(WINDOW) > 0.004;
    guard.heard(heard, isVoice);
    voiceWindows = isVoice ? voiceWindows + 1 : 0;
    if (voiceWindows >= 2) verdicts.push({ ms: now - startsAt, isEcho: guard.isEcho });
  }
  return verdicts;
}

const mistakes = (verdicts: Awaited<ReturnType<typeof listen>>, untilMs = Infinity): number =>
  verdicts.filter(({ ms, isEcho }) => !isEcho && ms < untilMs).length / Math.max(1, verdicts.length);

describe('the oracle’s own voice in the microphone', () => {
  it.each([
    [50, 0.3],
    [120, 0.5],
    [200, 0.1],
    [300, 0.8],
    [450, 0.3],
  ])('%i ms late and %f as loud is known for what it is', async (delayMs, gain) => {
    const verdicts = await listen({ delayMs, gain });
    expect(verdicts.length).toBeGreaterThan(20);
    expect(mistakes(verdicts)).toBeLessThan(0.03);
  });

  it.each([
    [50, 0.3, 1],
    [200, 0.3, 1],
    [200, 0.1, 0.4],
    [300, 0.2, 0.6],
  ])('%i ms late and %f as loud does not cover a user who is %f as loud', async (delayMs, gain, loudness) => {
    const verdicts = await listen({ delayMs, gain, user: { fromMs: 5_000, gain: loudness } });
    expect(mistakes(verdicts, 5_000)).toBeLessThan(0.03);
    const noticed = verdicts.find(({ ms, isEcho }) => ms > 5_000 && !isEcho);
    expect((noticed?.ms ?? Infinity) - 5_000).toBeLessThan(300);
  });

  it('that does not come back hides nobody', async () => {
    for (const fromMs of [3_000, 5_000]) {
      const verdicts = await listen({ delayMs: 0, gain: 0, user: { fromMs, gain: 0.5 } });
      expect((verdicts.find(({ isEcho }) => !isEcho)?.ms ?? Infinity) - fromMs).toBeLessThan(200);
    }
  });

  it('is not suspected before it has said anything', () => {
    const clock = new FakeClock();
    const guard = new EchoGuard(clock);
    guard.heard(babble(0.1, 3), true);
    expect([guard.isEcho, guard.mayEcho]).toEqual([false, false]);
  });
});
