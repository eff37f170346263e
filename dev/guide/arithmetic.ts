import { defineTool, ToolFailure } from '@oracle-calls/agent/oracle';
import * as v from 'valibot';

const UNITS =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = ['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];

/** A number as recognisers write it: in digits, or in words up to a hundred. `undefined` when it is none. */
export function numberOf(text: string): number | undefined {
  const plain = text.trim().toLowerCase();
  if (/^-?\d+(?:\.\d+)?$/.test(plain)) return Number(plain);
  if (plain === 'a hundred' || plain === 'one hundred') return 100;
  const [first = '', second, ...more] = plain.split(/[\s-]+/);
  if (more.length > 0) return undefined;
  const tens = TENS.indexOf(first);
  if (tens < 0) return second === undefined ? indexOf(UNITS, first) : undefined;
  const units = second === undefined ? 0 : indexOf(UNITS.slice(0, 10), second);
  return units === undefined ? undefined : 20 + 10 * tens + units;
}

function indexOf(names: readonly string[], name: string): number | undefined {
  const index = names.indexOf(name);
  return index < 0 ? undefined : index;
}

const DIGITS_MAX = 6;

interface Operation {
  readonly name: string;
  readonly description: string;
  /** As it is said between the two numbers. */
  readonly word: string;
  of(left: number, right: number): number;
}

function arithmetic(operation: Operation) {
  const { name, description, word } = operation;
  return defineTool({
    name,
    description,
    parameters: v.object({ left: v.string(), right: v.string() }),
    isLookup: true,
    examples: ['what is', 'what’s', "what's", 'how much is', 'calculate'].map((ask) => `${ask} {left} ${word} {right}`),
    run: ({ left, right }) => {
      const [one, other] = [numberOf(left), numberOf(right)];
      if (one === undefined || other === undefined) throw new ToolFailure('I did not understand the numbers.');
      const result = operation.of(one, other);
      if (!Number.isFinite(result)) throw new ToolFailure('That has no result.');
      return `${one} ${word} ${other} is ${Number(result.toPrecision(DIGITS_MAX))}.`;
    },
  });
}

/** The four operations, each on two numbers. */
export const ARITHMETIC = [
  arithmetic({ name: 'add', description: 'Adds two numbers.', word: 'plus', of: (left, right) => left + right }),
  arithmetic({
    name: 'subtract',
    description: 'Takes one number from another.',
    word: 'minus',
    of: (left, right) => left - right,
  }),
  arithmetic({
    name: 'multiply',
    description: 'Multiplies two numbers.',
    word: 'times',
    of: (left, right) => left * right,
  }),
  arithmetic({
    name: 'divide',
    description: 'Divides one number by another.',
    word: 'divided by',
    of: (left, right) => left / right,
  }),
];
