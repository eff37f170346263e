import { distance } from 'fastest-levenshtein';
import type * as v from 'valibot';
import { fieldsAt } from './schema-walk.ts';

/** Changes of letters up to which one name counts as a slip for another. */
const SLIP_MAX = 3;

/** Longest word of a choice that an error repeats. */
const WORD_MAX = 20;

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  Object: 'an object { … }',
  Array: 'a list [ … ]',
  integer: 'a whole number',
  url: 'an address (URL)',
};

/** The known name that was most likely meant: a slip, other capitals, or the beginning of it. */
export function suggestName(name: string, known: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  const ranked = known
    .map((one) => ({ one, off: one.toLowerCase().startsWith(lower) ? 1 : distance(lower, one.toLowerCase()) }))
    .toSorted((a, b) => a.off - b.off);
  const [best] = ranked;
  return best !== undefined && best.off <= Math.min(SLIP_MAX, Math.ceil(name.length / 2)) ? best.one : undefined;
}

const keysOf = (issue: v.BaseIssue<unknown>): (string | number)[] =>
  (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));

/** What was expected, in words. Schemas of ours say it in their message; valibot's own messages quote the value. */
function expectation({ message, expected, type }: v.BaseIssue<unknown>): string {
  if (!message.startsWith('Invalid ')) return message;
  const text = expected ?? type;
  const [, bound, count = ''] = /^(>=|<=)(\d+)$/.exec(text) ?? [];
  const unit = type.endsWith('_length') ? ' characters' : '';
  if (bound !== undefined) return `${bound === '>=' ? 'at least' : 'at most'} ${count}${unit}`;
  if (text.startsWith('(')) return text.slice(1, -1).replaceAll(' | ', ' or ');
  return KINDS[text] ?? text;
}

/** What was found, without what may be secret: texts are told by their length, unless one word out of few was to be chosen. */
function finding(issue: v.BaseIssue<unknown>): string {
  const { input } = issue;
  if (input === undefined) return 'nothing';
  if (typeof input === 'number' || typeof input === 'boolean' || input === null) return String(input);
  if (typeof input === 'string') {
    const isChoice = issue.type === 'picklist' && input.length <= WORD_MAX && /^[A-Za-z-]+$/.test(input);
    if (isChoice) return `"${input}"`;
    const scheme = /^([a-z]{2,6}):\/\//.exec(input)?.[1];
    return input === '' ? 'an empty text' : `a text of ${input.length} characters${scheme ? ` (${scheme}://…)` : ''}`;
  }
  return Array.isArray(input) ? 'a list' : 'an object';
}

export interface DescribedIssue {
  readonly path: readonly (string | number)[];
  readonly text: string;
  /** Whether our own schema words it, which is said better than by the library. */
  readonly isOurs: boolean;
}

/** One issue as a sentence that says what was found and what is expected. */
export function describeIssue(issue: v.BaseIssue<unknown>, schema: v.GenericSchema): DescribedIssue {
  const path = keysOf(issue);
  const isOurs = !issue.message.startsWith('Invalid ');
  if (issue.expected === 'never') {
    const meant = suggestName(String(path.at(-1)), fieldsAt(schema, path.slice(0, -1)));
    return { path, text: `unknown field${meant === undefined ? '' : `; did you mean "${meant}"?`}`, isOurs };
  }
  if (issue.received === 'undefined' && !isOurs) return { path, text: 'missing', isOurs };
  return { path, text: `${expectation(issue)} expected, found ${finding(issue)}`, isOurs };
}
