import { expect, test } from 'vitest';
import { CALL_KEY_BYTES, createCallKey } from './call-key.ts';

test('a call key is 32 random bytes', () => {
  expect(CALL_KEY_BYTES).toBe(32);
  expect(createCallKey()).toHaveLength(CALL_KEY_BYTES);
  expect(createCallKey().expose()).not.toEqual(createCallKey().expose());
});
