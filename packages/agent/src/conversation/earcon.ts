/** Two rising notes, A5 and E6: short, friendly, and unlike speech. Hertz and milliseconds. */
const NOTES = [
  { hertz: 880, startMs: 0, lengthMs: 160 },
  { hertz: 1318.51, startMs: 110, lengthMs: 260 },
] as const;

/** A quarter of full scale per note: clearly audible, never louder than the voice. */
const LOUDNESS = 0.25;
/** Attack: without it a note starts with a click. */
const ATTACK_MS = 6;

/** The short sound with which the oracle says "I am here", as mono samples of −1…1. */
export function earcon(sampleRate: number): Float32Array {
  const toSamples = (ms: number): number => Math.round((ms / 1000) * sampleRate);
  const lengthMs = Math.max(...NOTES.map((note) => note.startMs + note.lengthMs));
  const samples = new Float32Array(toSamples(lengthMs));
  for (const { hertz, startMs, lengthMs: noteMs } of NOTES) {
    const start = toSamples(startMs);
    const count = toSamples(noteMs);
    for (let i = 0; i < count && start + i < samples.length; i++) {
      const attack = Math.min(1, i / toSamples(ATTACK_MS));
      const decay = (1 - i / count) ** 2;
      const tone = Math.sin((2 * Math.PI * hertz * i) / sampleRate);
      samples[start + i] = (samples[start + i] ?? 0) + LOUDNESS * attack * decay * tone;
    }
  }
  return samples;
}
