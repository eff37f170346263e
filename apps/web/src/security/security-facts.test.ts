import type { CallSecurity, CallState } from '@oracle-calls/sdk';
import { expect, test } from 'vitest';
import { formatFingerprint, padlockLine, securityFacts } from './security-facts.ts';

const live: CallState = { kind: 'Live', callId: '$event@lk-room' as never };
const security: CallSecurity = {
  protocolVersion: 3,
  padlock: 'none',
  suite: undefined,
  comparisonCode: undefined,
  hearing: undefined,
  keyState: undefined,
  keysAreIndependent: undefined,
  keyFingerprints: undefined,
  isVerified: false,
  pinsAreKept: true,
};

test('the padlock is what the SDK says of a live call, and nothing is said of others', () => {
  expect(padlockLine(live, { ...security, padlock: 'encrypted' })).toEqual({ padlock: 'encrypted', text: 'encrypted' });
  expect(padlockLine(live, security)).toEqual({ padlock: 'none', text: 'unproved' });
  expect(padlockLine(live, undefined).padlock).toBeUndefined();
  expect(padlockLine({ kind: 'Preparing' }, { ...security, padlock: 'encrypted' }).padlock).toBeUndefined();
});

test('only compared codes are called compared, and nothing is called encrypted too early', () => {
  const comparisonCode = { raw: '0123456789' as never, formatted: '01234 56789' };
  expect(padlockLine(live, { ...security, comparisonCode }).text).toBe('agreed');
  expect(padlockLine(live, { ...security, padlock: 'verified', comparisonCode }).text).toBe('verified');
});

test('what is not known is not said', () => {
  expect(securityFacts(security)).toEqual([
    { term: 'protocol', fact: 'protocol', version: 3 },
    { term: 'comparison', fact: 'notCompared' },
  ]);
});

test('weaknesses are said: one key for two purposes, no memory, first contact', () => {
  const facts = securityFacts({
    ...security,
    keysAreIndependent: false,
    pinsAreKept: false,
    keyState: 'first-contact',
    suite: 'ecies-secp256k1',
  });
  expect(facts).toMatchObject([
    { fact: 'protocolSealed', suite: 'ecies-secp256k1' },
    { fact: 'first-contact' },
    { fact: 'notCompared' },
    { fact: 'oneKey' },
    { fact: 'keepsNothing' },
  ]);
});

test('a verified key is said to be compared, and its fingerprint is shown in groups of four', () => {
  const keyFingerprints = { identityKey: '0123456789ab', envelopeKey: 'ff', matrixUserId: '@oracle:example.org' };
  expect(securityFacts({ ...security, isVerified: true, keyFingerprints })).toMatchObject([
    {},
    { fact: 'compared' },
    { term: 'fingerprint', fingerprint: '0123 4567 89ab' },
  ]);
  expect(formatFingerprint('0123456789ab')).toBe('0123 4567 89ab');
});
