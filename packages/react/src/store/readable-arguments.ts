/** One of the details with which a tool would be used. */
export interface ReadableArgument {
  readonly name: string;
  readonly value: string | readonly ReadableArgument[];
}

/** Deeper than this nobody reads an outline; what is below stands as JSON. */
const MAX_DEPTH = 4;

/**
 * What is invisible, or turns what is around it: a model could hide in it what it asks for. Breaks and tabs show themselves; joiners belong to scripts, and
 * the two selectors of a text's or a picture's look to emoji. The empty braille pattern is a letter by its category, and nothing to the eye.
 */
const UNSEEN =
  /(?!\n|\t|\u200c|\u200d|\ufe0e|\ufe0f)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;

const seen = (text: string): string =>
  text.replaceAll(UNSEEN, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });

/**
 * What a tool would be used with, as an outline for people; nothing of it is left out. It is text of a model: show it as text and believe nothing in it.
 * A text that is no JSON object is one detail without a name.
 */
export function readableArguments(argumentsText: string): readonly ReadableArgument[] {
  let value: unknown;
  try {
    value = JSON.parse(argumentsText);
  } catch {
    value = undefined;
  }
  if (typeof value !== 'object' || value === null) return [{ name: '', value: seen(argumentsText) }];
  return detailsOf(value, 1);
}

const detailsOf = (value: object, depth: number): readonly ReadableArgument[] =>
  Object.entries(value).map(([name, detail]: [string, unknown]) => ({
    // People count from one.
    name: Array.isArray(value) ? String(Number(name) + 1) : seen(name),
    value: valueOf(detail, depth),
  }));

function valueOf(value: unknown, depth: number): ReadableArgument['value'] {
  if (typeof value === 'string') return value === '' ? '""' : seen(value);
  const isOutlined = typeof value === 'object' && value !== null && depth < MAX_DEPTH && Object.keys(value).length > 0;
  return isOutlined ? detailsOf(value, depth + 1) : seen(JSON.stringify(value));
}
