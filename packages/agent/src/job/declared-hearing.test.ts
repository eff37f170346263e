import { HEARD_HERE, placeOf } from '@oracle-calls/protocol/hearing';
import { expect, test } from 'vitest';
import { checkDeclared } from './declared-hearing.ts';

const elsewhere = { ...HEARD_HERE, languageModel: placeOf('https://api.example.com', ['text']) };

test('models that are heard by more than was declared do not take part in a call', () => {
  expect(() => checkDeclared(HEARD_HERE, elsewhere)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }));
});

test.each([
  ['the same', elsewhere, elsewhere],
  ['fewer', elsewhere, HEARD_HERE],
])('models that are heard by %s take part', (_who, declared, actual) => {
  expect(() => checkDeclared(declared, actual)).not.toThrow();
});
