import { expect, test } from 'vitest';
import { parseDid } from '../did/did.ts';
import { callFacts, createScene, MINUTE_MS, NOW, ORACLE_DID } from './scene.fixture.ts';
import { ENVELOPE_CLOCK_SKEW_MS, verifyEnvelopeNames, type VerifyEnvelopeNamesOptions } from './verify.ts';

const { opening } = await createScene('hpke-x25519', 'Ed25519');
const { envelope, expected } = opening;
const honest: VerifyEnvelopeNamesOptions = { envelope, expected, oracle: { did: ORACLE_DID }, now: NOW };

test('the names and the time of an honest envelope fit, without any key', () => {
  expect(() => verifyEnvelopeNames(honest)).not.toThrow();
});

test('every wrong name is refused and named', () => {
  const wrong = { ...expected, callType: 'video', matrixSender: '@mallory:example.org' } as const;
  const oracle = { did: parseDid('did:ixo:mallory') };
  expect(() => verifyEnvelopeNames({ ...honest, expected: wrong, oracle })).toThrow(
    expect.objectContaining({
      code: 'ERR_ENVELOPE_CONTEXT',
      details: { fields: ['callType', 'matrixSender', 'oracleDid'] },
    }),
  );
});

test('a time outside is refused', () => {
  const { notBefore, notAfter } = callFacts();
  for (const now of [notBefore - ENVELOPE_CLOCK_SKEW_MS - 1, notAfter + ENVELOPE_CLOCK_SKEW_MS + MINUTE_MS, NaN]) {
    expect(() => verifyEnvelopeNames({ ...honest, now })).toThrow(
      expect.objectContaining({ code: 'ERR_ENVELOPE_EXPIRED' }),
    );
  }
});
