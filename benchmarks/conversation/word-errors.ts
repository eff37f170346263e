/** How what was recognised differs from what was said. */
export interface WordErrors {
  /** Words that were said. */
  readonly words: number;
  /** Words that were left out, put in, or taken for others: the least number that turns one text into the other. */
  readonly errors: number;
}

/** What people say while they think. Nobody minds whether it is written down. */
const FILLERS = new Set(['um', 'uh', 'uhm', 'ah', 'er', 'hm', 'hmm', 'mm']);

/** Spellings of one word. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ['ok', 'okay'],
  ['mhm', 'mmhmm'],
  ['wi-fi', 'wifi'],
]);

const UNITS = 'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen'.split(
  ' ',
);

/** Words as they are compared: without case, marks and fillers, small numbers written out. */
export function comparedWords(text: string): readonly string[] {
  const words = text
    .toLowerCase()
    .replaceAll('’', "'")
    .split(/[^\p{L}\p{N}'-]+/u)
    .map((word) => SPELLINGS.get(word) ?? word)
    .flatMap((word) => word.split('-'))
    .map((word) => word.replaceAll(/^'+|'+$/g, ''))
    .map((word) => (/^\d+$/.test(word) ? (UNITS[Number(word)] ?? word) : word));
  return words.filter((word) => word !== '' && !FILLERS.has(word));
}

/** Word errors by edit distance (Levenshtein), as speech recognition is judged everywhere. */
export function wordErrors(said: string, recognised: string): WordErrors {
  const wanted = comparedWords(said);
  const got = comparedWords(recognised);
  // One row of the table: errors between the words of `wanted` so far and the first i words of `got`.
  let row = Array.from({ length: got.length + 1 }, (_, i) => i);
  for (const [i, word] of wanted.entries()) {
    const next = [i + 1];
    for (const [j, other] of got.entries()) {
      const taken = (row[j] ?? 0) + (word === other ? 0 : 1);
      next.push(Math.min(taken, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return { words: wanted.length, errors: row.at(-1) ?? 0 };
}

/** Errors of all by the words of all: long sentences count for more, as is usual. */
export function wordErrorRate(all: readonly WordErrors[]): number {
  const words = all.reduce((total, one) => total + one.words, 0);
  if (words === 0) throw new RangeError('Nothing was said.');
  return all.reduce((total, one) => total + one.errors, 0) / words;
}
