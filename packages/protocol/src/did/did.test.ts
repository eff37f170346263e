import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isOracleCallError } from '../errors/oracle-call-error.ts';
import { DID_MAX_LENGTH, parseDid } from './did.ts';

test.each([
  'did:ixo:oracle456',
  'did:ixo:entity:0a1b2c',
  'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK',
  'did:web:example.org%3A8443:oracles:one',
  'did:x:a',
  'did:x::a',
  `did:x:${'a'.repeat(DID_MAX_LENGTH - 6)}`,
])('%s is a DID', (text) => {
  expect(parseDid(text)).toBe(text);
});

test.each<[string, unknown]>([
  ['nothing', ''],
  ['a number', 5],
  ['undefined', undefined],
  ['an array', ['did:x:a']],
  ['no method', 'did::a'],
  ['no identifier', 'did:x:'],
  ['a colon at the end', 'did:x:a:'],
  ['capitals in the method', 'did:IXO:a'],
  ['capitals in the scheme', 'DID:ixo:a'],
  ['a path', 'did:x:a/b'],
  ['a query', 'did:x:a?b'],
  ['a fragment', 'did:x:a#b'],
  ['a space', 'did:x:a b'],
  ['a line break behind', 'did:x:a\n'],
  ['a broken percent-encoding', 'did:x:a%2'],
  ['a path upwards', 'did:x:../a'],
  ['letters beyond ASCII', 'did:x:ä'],
  ['one character too many', `did:x:${'a'.repeat(DID_MAX_LENGTH - 5)}`],
])('%s is no DID', (_name, text) => {
  expect(() => parseDid(text)).toThrow(expect.objectContaining({ code: 'ERR_DID_MALFORMED' }));
});

test('parsing throws nothing but its own error', () => {
  const nearly = fc.string().map((text) => `did:${text}`);
  fc.assert(
    fc.property(fc.oneof(fc.anything(), nearly), (text) => {
      try {
        expect(parseDid(text)).toBe(text);
      } catch (error) {
        expect(isOracleCallError(error) && error.code).toBe('ERR_DID_MALFORMED');
      }
    }),
  );
});
