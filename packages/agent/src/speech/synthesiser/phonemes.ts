/** One clause's pronunciation in IPA, as eSpeak NG gives it: without punctuation. */
export type Pronounce = (clause: string) => Promise<string>;

/** Punctuation that Piper speaks as a pause or a tune. */
const CLAUSE_END = /([,.;:!?]+)(?=\s|$)/;

/** The pronunciation of a text with its punctuation kept, which eSpeak drops and Piper needs for its melody. */
export async function phonemesOf(text: string, pronounce: Pronounce): Promise<string> {
  const pieces = text.replaceAll(/[\r\n]+/g, ' ').split(CLAUSE_END);
  let phonemes = '';
  for (const [i, piece] of pieces.entries()) {
    // Odd pieces are what the pattern captured: the punctuation itself.
    if (i % 2 === 1) phonemes += piece.slice(0, 1);
    else if (piece.trim() !== '') phonemes += `${phonemes === '' ? '' : ' '}${(await pronounce(piece.trim())).trim()}`;
  }
  return phonemes;
}

/** Ids of a phoneme text in Piper's alphabet: start, each phoneme followed by a pad, end. Unknown signs are left out. */
export function phonemeIds(phonemes: string, alphabet: Readonly<Record<string, readonly number[]>>): number[] {
  const pad = alphabet['_'] ?? [];
  const ids = [...(alphabet['^'] ?? []), ...pad];
  // Piper's training text is in decomposed form (NFD), one code point an entry.
  for (const sign of phonemes.normalize('NFD')) {
    const id = alphabet[sign];
    if (id !== undefined) ids.push(...id, ...pad);
  }
  return [...ids, ...(alphabet['$'] ?? [])];
}
