import { END_REASONS, ERROR_CODES, TIMELINE_STAGES } from '@oracle-calls/protocol';
import { expect, test } from 'vitest';
import { END_SENTENCES, errorSentence, hasOwnSentence, STAGE_LABELS } from './sentences.ts';

const TRUST_CODES: ReadonlySet<string> = new Set([
  'ERR_MATRIX_CROSS_SIGNING',
  'ERR_MATRIX_IDENTITY_CHANGED',
  'ERR_MATRIX_MEMBERS',
  'ERR_MATRIX_RECOVERY_KEY',
]);

test('every code that tells a caller something has a sentence of its own', () => {
  const telling = ERROR_CODES.filter(
    (code) =>
      /^ERR_(MEDIA|AUTH|CALL|DID)_|^ERR_KEY_(CHANGED|ROTATION)$|^ERR_HANDSHAKE_(TIMEOUT|COMPARISON)$/.test(code) ||
      TRUST_CODES.has(code),
  );
  expect(telling.filter((code) => !hasOwnSentence(code))).toEqual([]);
});

test('every end reason and stage has words', () => {
  expect(Object.keys(END_SENTENCES).toSorted()).toEqual([...END_REASONS].toSorted());
  expect(Object.keys(STAGE_LABELS)).toEqual([...TIMELINE_STAGES]);
});

test('sentences are sentences and name no code', () => {
  for (const sentence of [...ERROR_CODES.map(errorSentence), ...Object.values(END_SENTENCES)]) {
    expect(sentence).toMatch(/^[A-Z].*\.$/s);
    expect(sentence).not.toMatch(/ERR_/);
  }
});
