/** Fewer words are said again by people too. */
const AGAIN_MIN_WORDS = 3;

const plain = (word: string): string => word.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');

/**
 * Takes away what Moonshine sometimes writes after a short sentence: its beginning once more, broken off where its tokens run out ("Where is it? Where is"). People begin
 * again the other way round, with the whole after the part.
 */
export function saidOnce(text: string): string {
  const words = text.split(' ');
  const plainWords = words.map(plain);
  for (let from = Math.ceil(words.length / 2); from <= words.length - AGAIN_MIN_WORDS; from++) {
    const ends = /[.?!]$/.test(words[from - 1] ?? '');
    const again = plainWords.slice(from);
    if (ends && again.length < from && again.every((word, i) => word === plainWords[i])) {
      return words.slice(0, from).join(' ');
    }
  }
  return text;
}
