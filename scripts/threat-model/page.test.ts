import { expect, test } from 'vitest';
import { localLinks, readAttacks, readTables, readWeaknesses } from './page.ts';

const sample = `
| attack | defence | tests | models | status |
| ------ | ------- | ----- | ------ | ------ |
| one    | a \\| b  | \`attack: one\`, \`it's so\` | \`strict_call\` | defended |

| id | attack | who can do it | why accepted | what would end it |
| -- | ------ | ------------- | ------------ | ----------------- |
| \`OC-W-1\` | x | y | z | |
`;

test('takes the rows with a status, and the weaknesses', () => {
  const one = { attack: 'one', defence: 'a | b', tests: ['attack: one', "it's so"], models: ['strict_call'] };
  expect(readAttacks(sample)).toEqual([{ ...one, status: 'defended' }]);
  expect(readWeaknesses(sample)).toEqual([{ id: '`OC-W-1`', cells: ['x', 'y', 'z', ''] }]);
  expect(readTables(sample)).toHaveLength(2);
});

test('refuses another status and a row that does not fit', () => {
  expect(() => readAttacks(sample.replace('defended |', 'hopeful |'))).toThrow(TypeError);
  expect(() => readTables(sample.replace('| defended |', '|'))).toThrow(TypeError);
});

test('takes links within the project only', () => {
  expect(localLinks('[a](../a.ts#b) [b](https://example.org) [c](d.md) [e](#e)')).toEqual(['../a.ts', 'd.md']);
});
