import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDid } from '../did/did.ts';
import { createX25519KeyPair } from '../envelope/x25519-key.ts';
import { isOracleCallError } from '../errors/oracle-call-error.ts';
import { SecretBytes } from '../secret-bytes.ts';
import type { CallSigner } from '../signing/call-signer.ts';
import { createRawKeySigner } from '../signing/raw-key-signer.ts';
import { judgeKeys } from './judge-keys.ts';
import { createKeyPin, type KeyPin, parseKeyPin, type PresentedKeys } from './key-pin.ts';
import { parseKeyRotation, signKeyRotation } from './key-rotation.ts';

const did = parseDid('did:ixo:oracle456');

interface Party {
  readonly signer: CallSigner;
  readonly keys: PresentedKeys;
}

function party(name: string, algorithm: 'Ed25519' | 'ES256K' = 'Ed25519'): Party {
  const privateKey = SecretBytes.random(32, 'identity');
  const signer = createRawKeySigner({ algorithm, privateKey, name: { did, methodId: `${did}#${name}` } });
  const { methodId, publicKey } = signer;
  const { publicKey: envelope } = createX25519KeyPair();
  const envelopeKey = { methodId: `${did}#envelope-${name}`, suite: 'hpke-x25519', publicKey: envelope } as const;
  return { signer, keys: { did, signingKey: { methodId, algorithm, publicKey }, envelopeKey } };
}

const [first, second, third, thief] = [party('a'), party('b', 'ES256K'), party('c'), party('x')];
const pin = createKeyPin(first.keys, 0);
const rotate = (from: Party, next: PresentedKeys, sequence: number): Promise<string> =>
  signKeyRotation(from.signer, { sequence, issuedAt: 1, next });
const toSecond = await rotate(first, second.keys, 1);
const toThird = await rotate(second, third.keys, 2);
const withCode = (code: string): unknown => expect.objectContaining({ code });

test('the first contact pins what is shown', () => {
  expect(judgeKeys({ pin: undefined, presented: first.keys })).toEqual({ kind: 'first-contact', pin });
});

test('the same keys are the same, whatever the names of their methods', () => {
  const signingKey = { ...first.keys.signingKey, methodId: `${did}#renamed` };
  expect(judgeKeys({ pin, presented: first.keys })).toEqual({ kind: 'same', pin });
  expect(judgeKeys({ pin, presented: { ...first.keys, signingKey } }).kind).toBe('same');
});

test('a rotation that the pinned key signed is followed, and says what was before', () => {
  expect(judgeKeys({ pin, presented: second.keys, rotations: [toSecond] })).toEqual({
    kind: 'rotated',
    pin: createKeyPin(second.keys, 1),
    previous: pin,
  });
});

test('several rotations are followed in their order, however they are listed', () => {
  const { pin: reached } = judgeKeys({ pin, presented: third.keys, rotations: [toThird, toSecond] });
  expect(reached).toEqual(createKeyPin(third.keys, 2));
});

test('who has followed a rotation sees the same keys afterwards, with the statement still published', () => {
  const after = createKeyPin(second.keys, 1);
  expect(judgeKeys({ pin: after, presented: second.keys, rotations: [toSecond] })).toEqual({
    kind: 'same',
    pin: after,
  });
});

const envelopeOnly = { ...first.keys, envelopeKey: third.keys.envelopeKey };
const toEnvelope = await rotate(first, envelopeOnly, 1);

test('an envelope key alone is rotated in the same way', () => {
  expect(judgeKeys({ pin, presented: envelopeOnly, rotations: [toEnvelope] }).kind).toBe('rotated');
  expect(() => judgeKeys({ pin, presented: envelopeOnly })).toThrow(withCode('ERR_KEY_CHANGED'));
});

test.each<[string, PresentedKeys]>([
  ['another signing key', { ...first.keys, signingKey: second.keys.signingKey }],
  ['another envelope key', { ...first.keys, envelopeKey: second.keys.envelopeKey }],
  ['no envelope key any more', { did, signingKey: first.keys.signingKey }],
  ['everything else', thief.keys],
])('%s without a word is refused', (_name, presented) => {
  expect(() => judgeKeys({ pin, presented })).toThrow(withCode('ERR_KEY_CHANGED'));
});

const backToFirst = await rotate(first, first.keys, 1);
test.each<[string, PresentedKeys, readonly string[], KeyPin?]>([
  ['signed by somebody else', thief.keys, [await rotate(thief, thief.keys, 1)]],
  ['that leads to other keys than the document shows', thief.keys, [toSecond]],
  ['with a gap in the signatures', third.keys, [toThird]],
  ['twice of one number', second.keys, [toSecond, backToFirst]],
  ['that is no statement', second.keys, ['20']],
  ['that is no hex', second.keys, ['zz']],
])('a rotation %s is refused', (_name, presented, rotations) => {
  expect(() => judgeKeys({ pin, presented, rotations })).toThrow(withCode('ERR_KEY_ROTATION'));
});

test('an old statement does not bring old keys back', async () => {
  // Envelope keys E0 → E1 → E2, all signed by one identity key; whoever stole E1 replays the statement that named it.
  const e1 = { ...first.keys, envelopeKey: second.keys.envelopeKey };
  const e2 = { ...first.keys, envelopeKey: third.keys.envelopeKey };
  const rotations = [await rotate(first, e1, 1), await rotate(first, e2, 2)];
  const followed = judgeKeys({ pin, presented: e2, rotations });
  const seenFirst = judgeKeys({ pin: undefined, presented: e2, rotations });
  for (const judged of [followed, seenFirst]) {
    expect(judged.pin.sequence).toBe(2);
    expect(() => judgeKeys({ pin: judged.pin, presented: e1, rotations: rotations.slice(0, 1) })).toThrow(
      withCode('ERR_KEY_CHANGED'),
    );
  }
});

test('a pin of another DID is a mistake of the application', () => {
  const other = { ...pin, did: parseDid('did:ixo:other') };
  expect(() => judgeKeys({ pin: other, presented: first.keys })).toThrow(TypeError);
});

test('a user has no envelope key and rotates as well', async () => {
  const user = { did, signingKey: first.keys.signingKey };
  const next = { did, signingKey: second.keys.signingKey };
  const userPin = createKeyPin(user, 0);
  const rotations = [await rotate(first, next, 7)];
  expect(judgeKeys({ pin: userPin, presented: next, rotations }).pin).toEqual(createKeyPin(next, 7));
});

test('a pin survives JSON, and anything else is refused', () => {
  expect(parseKeyPin(JSON.parse(JSON.stringify(pin)))).toEqual(pin);
  for (const value of [undefined, null, {}, { ...pin, v: 2 }, { ...pin, sequence: -1 }, { ...pin, did: 'x' }]) {
    expect(() => parseKeyPin(value)).toThrow(withCode('ERR_PROTOCOL_MALFORMED'));
  }
});

test('only the owner signs, and counts from 1', async () => {
  const next = { ...second.keys, did: parseDid('did:ixo:other') };
  await expect(rotate(first, next, 1)).rejects.toThrow(TypeError);
  await expect(rotate(first, second.keys, 0)).rejects.toThrow(TypeError);
});

test('a statement reads back as it was signed; a flipped bit or odd bytes never pass', () => {
  expect(parseKeyRotation(toSecond)).toMatchObject({ sequence: 1, issuedAt: 1, next: second.keys });
  const good = hexToBytes(toSecond);
  const broken = fc.nat(good.length * 8 - 1).map((bit) => {
    const bytes = good.slice();
    const index = Math.floor(bit / 8);
    bytes[index] = (bytes[index] ?? 0) ^ (1 << (bit % 8));
    return bytesToHex(bytes);
  });
  const odd = fc.uint8Array({ maxLength: 200 }).map((bytes) => `20${bytesToHex(bytes)}`);
  fc.assert(
    fc.property(fc.oneof(broken, odd, fc.string()), (text) => {
      let thrown: unknown;
      try {
        judgeKeys({ pin, presented: second.keys, rotations: [text] });
      } catch (error) {
        thrown = error;
      }
      expect(isOracleCallError(thrown) && thrown.code).toBe('ERR_KEY_ROTATION');
    }),
    { numRuns: 150 },
  );
});
