import { expect, test } from 'vitest';
import { findAttackNames, findTestNames } from './test-names.ts';

test('finds every form of a test, and nothing that is skipped, commented or something else', () => {
  const text = `
test('one', () => {});
  it("two's", async () => {});
test.each([1, 2])('three %s', () => {});
it.each(
  rows,
)(\`four \${x}\`, () => {});
test(
  'five',
  () => {},
);
test.skip('no', () => {});
it.todo('no');
describe('no', () => {});
// test('no', () => {});
/* test('no', () => {}); */
/**
 * it('no', () => {});
 */
expect(x).toBe('no');
`;
  expect(findTestNames(text)).toEqual(['one', "two's", 'three %s', 'four ${x}', 'five']);
});

test('finds attacks in tables too, but not the pattern of their names', () => {
  const text = `
const list = [{ name: 'attack: one' }, ['attack: two']];
test('attack: three', () => {});
test.each(list)('attack: $name', () => {});
// 'attack: no'
`;
  expect(findAttackNames(text)).toEqual(['attack: one', 'attack: three']);
});
