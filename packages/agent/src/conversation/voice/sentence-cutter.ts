/** From here on a clause of the first sentence is spoken by itself, in characters: about two seconds, long enough to prepare the rest. */
const CLAUSE_MIN = 28;
/** A later sentence is cut at a clause only when it is longer than this: sentences sound better whole. */
const LONG_SENTENCE = 160;
/** Without any mark a text is cut at a space, in characters. */
const LONGEST = 280;

/** Ends of sentences; not of abbreviations, of initials or of numbers. */
const SENTENCE_END = /(?<!\b(?:mr|mrs|ms|dr|st|no|vs|etc|e\.g|i\.e|approx)|\b[a-z])[.!?…]+["'”’)]*(?=\s)|\n+/gi;
const CLAUSE_END = /[,;:–—](?=\s)/g;

/** Cuts a text that comes in pieces into what is spoken at a time, as early as it may. */
export class SentenceCutter {
  #text = '';
  #isFirst = true;

  /** Takes a piece; returns what is complete with it. */
  add(piece: string): string[] {
    this.#text += piece;
    const cut: string[] = [];
    for (let end = this.#nextEnd(); end !== undefined; end = this.#nextEnd()) {
      const part = this.#text.slice(0, end).trim();
      this.#text = this.#text.slice(end);
      if (!isSpoken(part)) continue;
      cut.push(part);
      this.#isFirst = false;
    }
    return cut;
  }

  /** The text is complete: what is left of it. */
  end(): string[] {
    const rest = this.#text.trim();
    this.#text = '';
    return isSpoken(rest) ? [rest] : [];
  }

  #nextEnd(): number | undefined {
    const sentence = endsOf(this.#text, SENTENCE_END)[0];
    const clauses = endsOf(this.#text, CLAUSE_END).filter((end) => end >= CLAUSE_MIN && end < (sentence ?? Infinity));
    if (this.#isFirst && clauses[0] !== undefined) return clauses[0];
    if (sentence !== undefined && (sentence <= LONG_SENTENCE || clauses.length === 0)) return sentence;
    if (this.#text.length > LONG_SENTENCE && clauses.length > 0)
      return clauses.findLast((end) => end <= LONG_SENTENCE) ?? clauses[0];
    if (this.#text.length > LONGEST) return this.#text.lastIndexOf(' ', LONGEST) + 1 || LONGEST;
    return undefined;
  }
}

const endsOf = (text: string, pattern: RegExp): number[] =>
  [...text.matchAll(pattern)].map((match) => match.index + match[0].length);

const isSpoken = (text: string): boolean => /[\p{L}\p{N}]/u.test(text);
