import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { expect, test } from 'vitest';
import vectors from '../../vectors/envelope-ecies.json' with { type: 'json' };
import { SecretBytes } from '../secret-bytes.ts';
import { openEnvelope } from './ecies-envelope.ts';
import { publicKeyOf } from './secp256k1-key.ts';

const secret = (hex: string): SecretBytes => new SecretBytes(hexToBytes(hex), 'published test vector');

test('the vectors hold what they should', () => {
  expect(vectors.sealedByEciespy.length).toBeGreaterThanOrEqual(4);
  expect(vectors.sealedByOracleCalls.length).toBeGreaterThanOrEqual(4);
  expect(new Set(vectors.rejected.map(({ code }) => code))).toEqual(
    new Set(['ERR_ENVELOPE_MALFORMED', 'ERR_ENVELOPE_OPEN']),
  );
});

test.each([...vectors.sealedByEciespy, ...vectors.sealedByOracleCalls])(
  '$name opens to its call key',
  ({ privateKeyHex, publicKeyHex, callKeyHex, envelopeHex }) => {
    const privateKey = secret(privateKeyHex);
    expect(bytesToHex(openEnvelope({ envelopeHex, privateKey }).expose())).toBe(callKeyHex);
    expect(bytesToHex(openEnvelope({ envelopeHex: envelopeHex.toUpperCase(), privateKey }).expose())).toBe(callKeyHex);
    expect(bytesToHex(publicKeyOf(privateKey)).slice(2)).toBe(publicKeyHex.slice(2, 66));
  },
);

test.each(vectors.rejected)('$name is refused as $code', ({ privateKeyHex, envelopeHex, code }) => {
  expect(() => openEnvelope({ envelopeHex, privateKey: secret(privateKeyHex) })).toThrow(
    expect.objectContaining({ code }),
  );
});

test('every envelope that does not open says the same', () => {
  const messages = vectors.rejected
    .filter(({ code }) => code === 'ERR_ENVELOPE_OPEN')
    .map(({ privateKeyHex, envelopeHex }) => {
      try {
        openEnvelope({ envelopeHex, privateKey: secret(privateKeyHex) });
        return 'opened';
      } catch (error) {
        return (error as Error).message;
      }
    });
  expect(new Set(messages)).toEqual(new Set(['The sealed key cannot be opened.']));
});
