import { decrypt, ECIES_CONFIG } from 'eciesjs';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { createCallKey } from '../call-key/call-key.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { ENVELOPE_BYTES, openEnvelope, sealEnvelope } from './ecies-envelope.ts';
import { createOracleKeyPair } from './secp256k1-key.ts';

const pair = createOracleKeyPair();
const callKey = createCallKey();
const envelopeHex = sealEnvelope({ callKey, recipientPublicKey: pair.publicKey });

const withCode = (code: string): unknown => expect.objectContaining({ code });

afterEach(() => {
  Object.assign(ECIES_CONFIG, {
    isEphemeralKeyCompressed: false,
    isHkdfKeyCompressed: false,
    symmetricNonceLength: 16,
  });
});

test('what is sealed opens to the same key', () => {
  expect(openEnvelope({ envelopeHex, privateKey: pair.privateKey }).expose()).toEqual(callKey.expose());
});

test('an envelope is 129 bytes in lower-case hex and begins with an uncompressed point', () => {
  expect(ENVELOPE_BYTES).toBe(129);
  expect(envelopeHex).toMatch(/^04[0-9a-f]{256}$/);
});

test('sealing twice gives two envelopes', () => {
  expect(sealEnvelope({ callKey, recipientPublicKey: pair.publicKey })).not.toBe(envelopeHex);
});

test('the envelope does not contain the key', () => {
  expect(envelopeHex).not.toContain(bytesToHex(callKey.expose()));
});

test('eciesjs itself, with its defaults, opens what we seal', () => {
  expect(bytesToHex(decrypt(pair.privateKey.expose(), hexToBytes(envelopeHex)))).toBe(bytesToHex(callKey.expose()));
});

test("changing the library's global configuration changes nothing here", () => {
  Object.assign(ECIES_CONFIG, { isEphemeralKeyCompressed: true, isHkdfKeyCompressed: true, symmetricNonceLength: 12 });
  // The control: the library on its own listens to the change.
  expect(() => decrypt(pair.privateKey.expose(), hexToBytes(envelopeHex))).toThrow();
  const sealed = sealEnvelope({ callKey, recipientPublicKey: pair.publicKey });
  expect(sealed).toHaveLength(ENVELOPE_BYTES * 2);
  for (const hex of [sealed, envelopeHex]) {
    expect(openEnvelope({ envelopeHex: hex, privateKey: pair.privateKey }).expose()).toEqual(callKey.expose());
  }
});

test('a flipped bit anywhere keeps an envelope shut', () => {
  fc.assert(
    fc.property(fc.nat(ENVELOPE_BYTES * 8 - 1), (bit) => {
      const bytes = hexToBytes(envelopeHex);
      const index = Math.floor(bit / 8);
      bytes[index] = (bytes[index] ?? 0) ^ (1 << (bit % 8));
      const open = () => openEnvelope({ envelopeHex: bytesToHex(bytes), privateKey: pair.privateKey });
      expect(open).toThrow(withCode(index === 0 ? 'ERR_ENVELOPE_MALFORMED' : 'ERR_ENVELOPE_OPEN'));
    }),
    { numRuns: 60 },
  );
});

test('opening throws nothing but its own errors, whatever the text', () => {
  const hex = fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdef')), minLength: 256, maxLength: 256 });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        hex.map((digits) => `04${digits}`),
      ),
      (text) => {
        const open = () => openEnvelope({ envelopeHex: text, privateKey: pair.privateKey });
        expect(open).toThrow(
          expect.objectContaining({ code: expect.stringMatching(/^ERR_ENVELOPE_(MALFORMED|OPEN)$/) }),
        );
      },
    ),
    { numRuns: 60 },
  );
});

test('another key does not open it', () => {
  const { privateKey } = createOracleKeyPair();
  expect(() => openEnvelope({ envelopeHex, privateKey })).toThrow(withCode('ERR_ENVELOPE_OPEN'));
});

test.each([31, 33, 0])('a private key of %i bytes is refused', (length) => {
  const privateKey = new SecretBytes(new Uint8Array(length).fill(1), 'bad');
  expect(() => openEnvelope({ envelopeHex, privateKey })).toThrow(withCode('ERR_ENVELOPE_UNSUPPORTED'));
});

test.each([0, 16, 31, 33])('a call key of %i bytes is not sealed', (length) => {
  const short = SecretBytes.random(length, 'bad');
  expect(() => sealEnvelope({ callKey: short, recipientPublicKey: pair.publicKey })).toThrow(
    withCode('ERR_ENVELOPE_MALFORMED'),
  );
});

test('nothing is sealed to a key that is not on the curve', () => {
  const recipientPublicKey = Uint8Array.of(0x02, ...new Uint8Array(32).fill(0xff));
  expect(() => sealEnvelope({ callKey, recipientPublicKey })).toThrow(withCode('ERR_ENVELOPE_UNSUPPORTED'));
});
