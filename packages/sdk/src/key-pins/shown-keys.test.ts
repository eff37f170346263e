import { OracleCallError } from '@oracle-calls/protocol';
import { expect, test } from 'vitest';
import { shownKeysOf } from './shown-keys.ts';

const details = { shownIdentityKey: 'ab', shownEnvelopeKey: '', shownMatrixUserId: '@oracle:example.org' };

test.each(['ERR_KEY_CHANGED', 'ERR_KEY_ROTATION'] as const)('%s says what was shown', (code) => {
  expect(shownKeysOf(new OracleCallError(code, undefined, { details }))).toEqual({
    identityKey: 'ab',
    envelopeKey: undefined,
    matrixUserId: '@oracle:example.org',
  });
});

test('a refusal that does not say, and every other error, says nothing', () => {
  expect(shownKeysOf(new OracleCallError('ERR_KEY_CHANGED'))).toBeUndefined();
  expect(
    shownKeysOf(new OracleCallError('ERR_KEY_CHANGED', undefined, { details: { shownIdentityKey: '' } })),
  ).toBeUndefined();
  expect(shownKeysOf(new OracleCallError('ERR_KEY_STORE', undefined, { details }))).toBeUndefined();
  expect(shownKeysOf(new Error('broken'))).toBeUndefined();
});
