/** A language that the interpreter works with. */
export interface Language {
  /** BCP 47. */
  readonly tag: string;
  /** As a model is told. */
  readonly name: string;
  /** Small words that only this language of the pair has: they tell it apart, also when both know a name. */
  readonly marks: readonly string[];
  /** What asks for the last translation again. */
  readonly again: RegExp;
}

export const ENGLISH: Language = {
  tag: 'en',
  name: 'English',
  marks:
    'the and is are you what where how please thank my your this that with have not can of to for it we they'.split(
      ' ',
    ),
  again: /^(?:please )?(?:say (?:that|it) again|again|repeat that)(?: please)?$/i,
};

export const GERMAN: Language = {
  tag: 'de',
  name: 'German',
  marks:
    'der die das und ist sind sie ich du wir was wo wie bitte danke mein ihr nicht mit haben kann ein eine zu für es auf den'.split(
      ' ',
    ),
  again: /^(?:bitte )?(?:noch ?mal|noch einmal|wiederholen sie das)(?: bitte)?$/i,
};

const wordsOf = (text: string): string[] => text.toLowerCase().match(/\p{L}+/gu) ?? [];

/** The one of two languages that a sentence is in; `undefined` when its small words do not tell. */
export function languageOf(text: string, [one, other]: readonly [Language, Language]): Language | undefined {
  const words = wordsOf(text);
  const count = ({ marks }: Language): number => words.filter((word) => marks.includes(word)).length;
  const [first, second] = [count(one), count(other)];
  if (first === second) return undefined;
  return first > second ? one : other;
}

/** Without marks, as a command is compared. */
export const plain = (text: string): string => wordsOf(text).join(' ');
