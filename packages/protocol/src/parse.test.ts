import * as v from 'valibot';
import { expect, test } from 'vitest';
import { parseWith } from './parse.ts';

const schema = v.object({ outer: v.object({ port: v.number() }), names: v.array(v.string()) });

test('what fits is returned', () => {
  expect(parseWith(schema, { outer: { port: 1 }, names: ['a'] })).toEqual({ outer: { port: 1 }, names: ['a'] });
});

test('every problem is named by its path, and no value is shown', () => {
  const parse = () => parseWith(schema, { outer: { port: 'canary' }, names: ['a', 7] });
  expect(parse).toThrow(
    expect.objectContaining({
      code: 'ERR_PROTOCOL_MALFORMED',
      details: { issues: ['outer.port: number expected', 'names.1: string expected'] },
    }),
  );
});

test('a value that fits nowhere is reported at the root, under the code asked for', () => {
  expect(() => parseWith(schema, 5, 'ERR_AUTH_INVALID')).toThrow(
    expect.objectContaining({ code: 'ERR_AUTH_INVALID', details: { issues: ['(root): Object expected'] } }),
  );
});
