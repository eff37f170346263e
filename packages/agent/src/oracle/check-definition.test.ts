import { expect, test } from 'vitest';
import { checkDefinition } from './check-definition.ts';

const order = { name: 'order', description: 'Orders.', parameters: { '~standard': {} }, run: () => 'done' };
const check = (tool: object) => checkDefinition({ instructions: 'You are Ada.', tools: [tool] }, '/oracle.mjs').tools;

test('a tool that needs approval says so with true: whatever else an author of JavaScript writes is refused, and does not run unasked', () => {
  expect(check({ ...order, needsApproval: true })).toHaveLength(1);
  for (const needsApproval of ['yes', 1, 'true', null]) {
    expect(() => check({ ...order, needsApproval })).toThrow(/is no tool/);
  }
  // A tool that looks something up runs early: here a slip would have an effect too soon.
  expect(() => check({ ...order, isLookup: 'yes' })).toThrow(/is no tool/);
});
