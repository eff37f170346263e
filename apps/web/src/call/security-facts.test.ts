import type { CallSecurity } from '@oracle-calls/sdk';
import { expect, test } from 'vitest';
import { formatFingerprint, PROMISES, securityFacts } from './security-facts.ts';

const security: CallSecurity = {
  protocolVersion: 2,
  padlock: 'none',
  suite: undefined,
  comparisonCode: undefined,
  keyState: undefined,
  keysAreIndependent: undefined,
  keyFingerprints: undefined,
  isVerified: false,
  pinsAreKept: true,
};
const textOf = (facts: Partial<CallSecurity>): string =>
  securityFacts({ ...security, ...facts })
    .map(({ term, text }) => `${term}: ${text}`)
    .join('\n');

test('what is not known is not said', () => {
  expect(textOf({})).toBe('Protocol: Version 2.\nComparison: Nobody has compared a code under this key.');
});

test('weaknesses are said: one key for two purposes, no memory, first contact', () => {
  const text = textOf({
    keysAreIndependent: false,
    pinsAreKept: false,
    keyState: 'first-contact',
    suite: 'ecies-secp256k1',
  });
  expect(text).toMatch(/One key for two purposes/);
  expect(text).toMatch(/keeps nothing/);
  expect(text).toMatch(/nobody has confirmed/);
  expect(text).toMatch(/ECIES with secp256k1/);
  expect(textOf({ keysAreIndependent: true })).not.toMatch(/One key/);
});

test('a rotation is said to be signed, a verified key to be compared', () => {
  expect(textOf({ keyState: 'rotated' })).toMatch(/Changed since your last call/);
  expect(textOf({ keyState: 'same', isVerified: true })).toMatch(/You compared a code/);
});

test('fingerprints are in groups of four', () => {
  expect(formatFingerprint('0123456789ab')).toBe('0123 4567 89ab');
});

test('promises are sentences', () => {
  for (const sentence of [...PROMISES.held, ...PROMISES.open]) expect(sentence).toMatch(/^[A-Z].*\.$/);
});
