/** One clause's pronunciation in IPA, as eSpeak NG gives it: without punctuation. */
export type Pronounce = (clause: string) => Promise<string>;

/** What stands between two marks of punctuation. */
export interface Clause {
  /** As written, the mark after the last one with it. */
  readonly words: readonly string[];
  /** How it is pronounced; spaces part what eSpeak takes for words. */
  readonly phonemes: string;
  /** The mark that ends it, as Piper reads it; empty at the end of a text without one. */
  readonly mark: string;
}

/** Punctuation that Piper speaks as a pause or a tune. */
const CLAUSE_END = /([,.;:!?]+)(?=\s|$)/;

/** The clauses of a text, with the punctuation kept, which eSpeak drops and Piper needs for its melody. */
export async function clausesOf(text: string, pronounce: Pronounce): Promise<Clause[]> {
  const pieces = text.replaceAll(/[\r\n]+/g, ' ').split(CLAUSE_END);
  const clauses: Clause[] = [];
  // Odd pieces are what the pattern captured: the punctuation itself.
  for (let i = 0; i < pieces.length; i += 2) {
    const [piece = '', marks = ''] = pieces.slice(i, i + 2);
    const said = piece.trim();
    const phonemes = said === '' ? '' : (await pronounce(said)).trim();
    const words = said === '' ? [] : said.split(/\s+/);
    if (words.length > 0) words.push(`${words.pop()}${marks}`);
    if (said !== '' || marks !== '') clauses.push({ words, phonemes, mark: marks.slice(0, 1) });
  }
  return clauses;
}

/** What Piper reads for these clauses. */
export function phonemesOf(clauses: readonly Clause[]): string {
  let phonemes = '';
  for (const clause of clauses) {
    if (clause.phonemes !== '') phonemes += `${phonemes === '' ? '' : ' '}${clause.phonemes}`;
    phonemes += clause.mark;
  }
  return phonemes;
}

/** A voice's ids of each sign. */
export type Alphabet = Readonly<Record<string, readonly number[]>>;

/** The ids of one sign with the pad after it. */
export interface SpokenSign {
  readonly sign: string;
  readonly ids: readonly number[];
}

/** A phoneme text in Piper's alphabet: start, each phoneme followed by a pad, end. Unknown signs are left out. */
export function spokenSigns(phonemes: string, alphabet: Alphabet): SpokenSign[] {
  const pad = alphabet['_'] ?? [];
  // Piper's training text is in decomposed form (NFD), one code point an entry.
  const signs = Array.from(phonemes.normalize('NFD')).flatMap((sign): SpokenSign[] => {
    const ids = alphabet[sign];
    return ids === undefined ? [] : [{ sign, ids: [...ids, ...pad] }];
  });
  return [{ sign: '', ids: [...(alphabet['^'] ?? []), ...pad] }, ...signs, { sign: '', ids: alphabet['$'] ?? [] }];
}
