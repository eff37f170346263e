import { ToolBox } from '@oracle-calls/agent/oracle';
import { describe, expect, it, test } from 'vitest';
import { numberOf } from './arithmetic.ts';
import { oracle } from './oracle.ts';
import { describeTime } from './tell-time.ts';

const box = new ToolBox(oracle.tools ?? []);
const run = async (name: string, given: object): Promise<string> =>
  (await box.run({ name, argumentsText: JSON.stringify(given) }, { sessionId: 's' })).text;

describe('the guide', () => {
  it.each([
    ['France', 'Paris is the capital city of France.'],
    ['the united states', 'Washington, D.C. is the capital city of the United States.'],
    ['Netherlands', 'Amsterdam is the capital city of the Netherlands.'],
    ['Narnia', 'I do not know the capital of Narnia.'],
  ])('knows the capital of %s, or says that it does not', async (country, answer) => {
    expect(await run('capitalOf', { country })).toBe(answer);
  });

  it.each([
    ['multiply', 'seven', 'eight', '7 times 8 is 56.'],
    ['divide', '1', '3', '1 divided by 3 is 0.333333.'],
    ['subtract', 'twenty-one', 'a hundred', '21 minus 100 is -79.'],
    ['add', '2.5', 'forty two', '2.5 plus 42 is 44.5.'],
    ['divide', 'one', 'zero', 'That has no result.'],
    ['add', 'two', 'a few', 'I did not understand the numbers.'],
  ])('can %s %s and %s', async (operation, left, right, answer) => {
    expect(await run(operation, { left, right })).toBe(answer);
  });

  it('tells the time as it is said', () => {
    expect(describeTime(Date.UTC(2026, 0, 5, 13, 7), 'UTC')).toBe('Where I run it is 13:07 on Monday 5 January.');
  });

  it('has tools that run while the user is perhaps still speaking', () => {
    expect(oracle.tools?.every(({ isLookup }) => isLookup)).toBe(true);
  });
});

test('a number is understood in digits and in words up to a hundred, and nothing else is', () => {
  const said = [
    '12',
    '-3.5',
    'nineteen',
    'thirty',
    'ninety nine',
    'one hundred',
    'twenty eleven',
    'five six',
    'much',
    '',
  ];
  expect(said.map(numberOf)).toEqual([12, -3.5, 19, 30, 99, 100, undefined, undefined, undefined, undefined]);
});
