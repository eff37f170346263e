import { END_REASONS, ERROR_CODES } from '@oracle-calls/protocol';
import { expect, test } from 'vitest';
import { adviceEnglish } from './advice.en.ts';
import { remedyOf } from './remedies.ts';

test('whatever keeps an oracle from answering for a while can be waited for', () => {
  const waits = ERROR_CODES.filter((code) => remedyOf(code) === 'wait');
  expect(waits).toEqual(
    expect.arrayContaining([
      'ERR_UPSTREAM_BACKEND',
      'ERR_UPSTREAM_DRAINING',
      'ERR_UPSTREAM_BUSY',
      'ERR_MEDIA_ORACLE_ABSENT',
    ]),
  );
  expect(END_REASONS.filter((reason) => remedyOf(reason) === 'wait')).toEqual(['oracle-absent', 'agent-failed']);
});

test('changed keys and identities are never passed by one more click on a button that says something else', () => {
  for (const code of ['ERR_KEY_CHANGED', 'ERR_KEY_ROTATION', 'ERR_MATRIX_IDENTITY_CHANGED'] as const) {
    expect(remedyOf(code)).toBe('decide');
  }
});

test('what another oracle would not have is answered by choosing another', () => {
  expect(ERROR_CODES.filter((code) => code.startsWith('ERR_DID_') && remedyOf(code) !== 'choose')).toEqual([
    'ERR_DID_NOT_RESOLVED',
  ]);
});

test('advice is for codes that there are', () => {
  const codes: readonly string[] = ERROR_CODES;
  expect(Object.keys(adviceEnglish).filter((key) => key !== 'actions' && !codes.includes(key))).toEqual([]);
});
