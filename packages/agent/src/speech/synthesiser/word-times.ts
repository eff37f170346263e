import { phonemesOf } from './phonemes.ts';
import type { Clause, SpokenSign } from './phonemes.ts';

/** A word as written, and when it sounds within its recording, in ms. */
export interface TimedWord {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * When each word of a text sounds, from how long the voice speaks each sign. Where eSpeak takes other words than are written ("of the"
 * as one, "1999" as four), those of the clause share the time between its first sound and its last by their letters.
 */
export function wordTimes(
  clauses: readonly Clause[],
  signs: readonly SpokenSign[],
  msOfSign: readonly number[],
): TimedWord[] {
  const spans = spokenSpans(clauses, signs, msOfSign);
  const words: TimedWord[] = [];
  let next = 0;
  for (const clause of clauses) {
    const count = clause.phonemes === '' ? 0 : clause.phonemes.split(/\s+/).length;
    const spoken = spans.slice(next, next + count);
    next += count;
    const [first, last] = [spoken.at(0), spoken.at(-1)];
    if (first === undefined || last === undefined) continue;
    const times =
      spoken.length === clause.words.length
        ? spoken
        : sharedOut(clause.words, { startMs: first.startMs, endMs: last.endMs });
    for (const [i, text] of clause.words.entries()) {
      const { startMs, endMs } = times[i] ?? last;
      words.push({ text, startMs: Math.round(startMs), endMs: Math.round(endMs) });
    }
  }
  return words;
}

/** When each of eSpeak's words sounds, in order. */
function spokenSpans(clauses: readonly Clause[], signs: readonly SpokenSign[], msOfSign: readonly number[]): Span[] {
  const marks = new Set(clauses.map(({ mark }) => mark));
  const spans: Span[] = [];
  let atMs = 0;
  let begunMs: number | undefined;
  const end = (): void => {
    if (begunMs !== undefined) spans.push({ startMs: begunMs, endMs: atMs });
    begunMs = undefined;
  };
  for (const [i, { sign }] of signs.entries()) {
    if (sign === '' || sign === ' ' || marks.has(sign)) end();
    else begunMs ??= atMs;
    atMs += msOfSign[i] ?? 0;
  }
  end();
  const expected = phonemesOf(clauses)
    .split(/[\s]+/)
    .filter((word) => word !== '').length;
  // A word of signs that the voice does not know leaves nothing behind: then no span is known to be whose.
  return spans.length === expected ? spans : [];
}

function sharedOut(words: readonly string[], { startMs, endMs }: Span): Span[] {
  const lengths = words.map((word) => Math.max(1, word.replaceAll(/[^\p{L}\p{N}]/gu, '').length));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  let letters = 0;
  return lengths.map((length) => {
    const from = letters / total;
    letters += length;
    const lengthMs = endMs - startMs;
    return { startMs: startMs + from * lengthMs, endMs: startMs + (letters / total) * lengthMs };
  });
}
