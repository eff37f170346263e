import { bytesToHex } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import { parseMatrixEventId, parseSfuRoomName } from '../call-id.ts';
import { parseDid } from '../did/did.ts';
import { didKeyMethodIdOf } from '../did/did-key.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { isSignedEnvelope, parseSignedEnvelope } from './envelope-format.ts';
import { openSignedEnvelope, type OpenSignedEnvelopeOptions } from './open.ts';
import { callFacts, createOracle, createScene, createSigner, MINUTE_MS, NOW } from './scene.fixture.ts';
import { sealSignedEnvelope } from './seal.ts';
import { ENVELOPE_CLOCK_SKEW_MS, verifySignedEnvelope } from './verify.ts';

const withCode = (code: string, details?: object): unknown =>
  expect.objectContaining({ code, ...(details && { details }) });

describe.each([
  ['hpke-x25519', 'Ed25519'],
  ['hpke-x25519', 'ES256K'],
  ['ecies-secp256k1', 'Ed25519'],
  ['ecies-secp256k1', 'ES256K'],
] as const)('%s signed with %s', async (suite, algorithm) => {
  const { sealed, opening, callKey, oracle, signer } = await createScene(suite, algorithm);
  const open = (change: Partial<OpenSignedEnvelopeOptions> = {}): Promise<SecretBytes> =>
    openSignedEnvelope({ ...opening, ...change });

  test('what is sealed opens to the same key', async () => {
    expect((await open()).expose()).toEqual(callKey.expose());
  });

  test('the text is lower-case hex that begins with the marker, and parses to the same parts', () => {
    expect(sealed.envelopeHex).toMatch(/^10(?:[0-9a-f]{2})+$/);
    expect(isSignedEnvelope(sealed.envelopeHex)).toBe(true);
    expect(parseSignedEnvelope(sealed.envelopeHex)).toEqual(sealed.envelope);
  });

  test('the context names suite, people and keys', () => {
    expect(sealed.envelope.context).toMatchObject({
      suite,
      userDid: signer.did,
      oracleDid: oracle.did,
      userSigningKey: { methodId: signer.methodId },
      oracleEnvelopeKey: { methodId: oracle.envelopeKey.methodId },
      oracleIdentityKey: { methodId: oracle.identityKey.methodId },
    });
  });

  test('the envelope does not contain the key', () => {
    expect(sealed.envelopeHex).not.toContain(bytesToHex(callKey.expose()));
  });

  test.each<[string, unknown]>([
    ['callType', 'video'],
    ['sfuRoomName', parseSfuRoomName('lk-another')],
    ['sessionId', 'another'],
    ['userDid', parseDid('did:ixo:mallory')],
    ['matrixRoomId', '!other:example.org'],
    ['matrixSender', '@mallory:example.org'],
    ['matrixOracle', '@mallory:example.org'],
    ['ringEventId', parseMatrixEventId('$ring')],
  ])('another %s is refused', async (field, value) => {
    const expected = { ...opening.expected, [field]: value };
    await expect(open({ expected })).rejects.toThrow(withCode('ERR_ENVELOPE_CONTEXT', { fields: [field] }));
  });

  test('an envelope for another oracle is refused, and every difference is named', async () => {
    const other = { ...createOracle(suite), did: parseDid('did:ixo:other') };
    const opened = open({ oracle: other, envelopePrivateKey: other.envelopePrivateKey });
    await expect(opened).rejects.toThrow(
      withCode('ERR_ENVELOPE_CONTEXT', { fields: ['oracleDid', 'oracleEnvelopeKey', 'oracleIdentityKey'] }),
    );
  });

  test('another identity key under the same name is refused', async () => {
    const identityKey = { ...createOracle(suite).identityKey, methodId: oracle.identityKey.methodId };
    await expect(open({ oracle: { ...oracle, identityKey } })).rejects.toThrow(
      withCode('ERR_ENVELOPE_CONTEXT', { fields: ['oracleIdentityKey'] }),
    );
  });

  test('the same key under another name is refused', async () => {
    const envelopeKey = { ...oracle.envelopeKey, methodId: `${oracle.did}#other` };
    await expect(open({ oracle: { ...oracle, envelopeKey } })).rejects.toThrow(
      withCode('ERR_ENVELOPE_CONTEXT', { fields: ['oracleEnvelopeKey'] }),
    );
  });

  test.each([
    [NOW - ENVELOPE_CLOCK_SKEW_MS - 1, true],
    [NOW + 60 * MINUTE_MS + ENVELOPE_CLOCK_SKEW_MS + 1, false],
    [Number.NaN, false],
  ])('at %d it is outside its time', async (now, isTooEarly) => {
    await expect(open({ now })).rejects.toThrow(withCode('ERR_ENVELOPE_EXPIRED', { isTooEarly }));
  });

  test('clocks may differ by the skew, and no more than the skew given', async () => {
    await open({ now: NOW - ENVELOPE_CLOCK_SKEW_MS });
    await open({ now: NOW + 60 * MINUTE_MS + ENVELOPE_CLOCK_SKEW_MS });
    await expect(open({ now: NOW - 1, skewMs: 0 })).rejects.toThrow(withCode('ERR_ENVELOPE_EXPIRED'));
  });

  test("a signature by somebody else's key is refused, also under the user's name", async () => {
    const mallory = createSigner(algorithm);
    const forged = { ...mallory, did: signer.did, methodId: signer.methodId };
    const { envelope } = await sealSignedEnvelope({ callKey, call: callFacts(), oracle, signer: forged });
    await expect(open({ envelope })).rejects.toThrow(withCode('ERR_ENVELOPE_SIGNATURE'));
    const named = {
      ...envelope,
      context: { ...envelope.context, userSigningKey: sealed.envelope.context.userSigningKey },
    };
    await expect(open({ envelope: named })).rejects.toThrow(withCode('ERR_ENVELOPE_SIGNATURE'));
  });

  test("another user's key under the envelope's method id is refused", async () => {
    const userKey = { ...opening.userKey, publicKey: createSigner(algorithm).publicKey };
    await expect(open({ userKey })).rejects.toThrow(withCode('ERR_ENVELOPE_SIGNATURE'));
  });

  test("the user's own sealed bytes of another call are refused", async () => {
    const { envelope } = await sealSignedEnvelope({ callKey, call: callFacts(), oracle, signer });
    const { encapsulatedKey, ciphertext } = envelope;
    const mixed = { ...sealed.envelope, encapsulatedKey, ciphertext };
    await expect(open({ envelope: mixed })).rejects.toThrow(withCode('ERR_ENVELOPE_SIGNATURE'));
  });

  test("somebody else's sealed bytes under an own signature do not open", async () => {
    // Mallory lifts Alice's sealed key and signs it as her own: the context inside tells.
    const mallory = createSigner(algorithm);
    const { envelope } = await sealSignedEnvelope({ callKey, call: callFacts(), oracle, signer: mallory });
    const { encapsulatedKey, ciphertext } = sealed.envelope;
    const { messageToSign } = await import('./envelope-format.ts');
    const lifted = { ...envelope, encapsulatedKey, ciphertext };
    const signature = await mallory.sign(messageToSign(lifted));
    const opened = open({
      envelope: { ...lifted, signature },
      expected: { ...opening.expected, userDid: mallory.did },
      userKey: mallory,
    });
    await expect(opened).rejects.toThrow(withCode('ERR_ENVELOPE_OPEN'));
  });

  test('a private key that is not the one of the document is refused', async () => {
    const { envelopePrivateKey } = createOracle(suite);
    await expect(open({ envelopePrivateKey })).rejects.toThrow(withCode('ERR_ENVELOPE_UNSUPPORTED'));
    const short = new SecretBytes(new Uint8Array(31), 'short');
    await expect(open({ envelopePrivateKey: short })).rejects.toThrow(withCode('ERR_ENVELOPE_UNSUPPORTED'));
  });

  test('verifying alone, as the backend does, needs no private key', () => {
    expect(() => {
      verifySignedEnvelope(opening);
    }).not.toThrow();
    expect(() => {
      verifySignedEnvelope({ ...opening, now: 0 });
    }).toThrow(withCode('ERR_ENVELOPE_EXPIRED'));
  });
});

test('a suite weaker than what the oracle offers is a downgrade', async () => {
  const { opening } = await createScene('ecies-secp256k1', 'Ed25519');
  const strong = createOracle('hpke-x25519');
  const opened = openSignedEnvelope({ ...opening, oracle: strong, envelopePrivateKey: strong.envelopePrivateKey });
  await expect(opened).rejects.toThrow(withCode('ERR_ENVELOPE_DOWNGRADE'));
});

test('a suite that the oracle does not offer is refused although it is stronger', async () => {
  const { opening } = await createScene('hpke-x25519', 'Ed25519');
  const weak = createOracle('ecies-secp256k1');
  const opened = openSignedEnvelope({ ...opening, oracle: weak, envelopePrivateKey: weak.envelopePrivateKey });
  await expect(opened).rejects.toThrow(
    withCode('ERR_ENVELOPE_CONTEXT', { fields: ['suite', 'oracleEnvelopeKey', 'oracleIdentityKey'] }),
  );
});

test('a call that answers a ring says so', async () => {
  const oracle = createOracle('hpke-x25519');
  const call = { ...callFacts(), ringEventId: parseMatrixEventId('$ring') };
  const signer = createSigner('Ed25519');
  const { envelopeHex } = await sealSignedEnvelope({
    callKey: SecretBytes.random(32, 'call key'),
    call,
    oracle,
    signer,
  });
  expect(parseSignedEnvelope(envelopeHex).context.ringEventId).toBe('$ring');
});

const oracle = createOracle('hpke-x25519');
const sealWith = (change: object): Promise<unknown> =>
  sealSignedEnvelope({
    callKey: SecretBytes.random(32, 'call key'),
    call: callFacts(),
    oracle,
    signer: createSigner('Ed25519'),
    ...change,
  });

test.each<[string, object, string]>([
  ['a short call key', { callKey: SecretBytes.random(31, 'short') }, 'ERR_ENVELOPE_MALFORMED'],
  ['times in the wrong order', { call: { ...callFacts(), notAfter: NOW } }, 'ERR_ENVELOPE_MALFORMED'],
  ['more than a day', { call: { ...callFacts(), notAfter: NOW + 86_400_001 } }, 'ERR_ENVELOPE_MALFORMED'],
  ['a short per-call key', { call: { ...callFacts(), callPublicKey: new Uint8Array(31) } }, 'ERR_ENVELOPE_MALFORMED'],
  ['a Matrix id that is none', { call: { ...callFacts(), matrixSender: 'alice' } }, 'ERR_ENVELOPE_MALFORMED'],
  ['an SFU room name that is none', { call: { ...callFacts(), sfuRoomName: '../x' } }, 'ERR_ENVELOPE_MALFORMED'],
  [
    "somebody else's key as the oracle's",
    { oracle: { ...oracle, envelopeKey: { ...oracle.envelopeKey, methodId: 'did:ixo:mallory#k' } } },
    'ERR_ENVELOPE_MALFORMED',
  ],
  [
    "somebody else's key as the user's",
    { signer: { ...createSigner('Ed25519'), methodId: didKeyMethodIdOf(parseDid('did:key:zMallory')) } },
    'ERR_ENVELOPE_MALFORMED',
  ],
  [
    'an envelope key of small order',
    { oracle: { ...oracle, envelopeKey: { ...oracle.envelopeKey, publicKey: new Uint8Array(32) } } },
    'ERR_ENVELOPE_UNSUPPORTED',
  ],
  [
    'a signer that lies',
    { signer: { ...createSigner('Ed25519'), sign: () => Promise.resolve(new Uint8Array(64)) } },
    'ERR_ENVELOPE_SIGNATURE',
  ],
  [
    'a signer that fails',
    { signer: { ...createSigner('Ed25519'), sign: () => Promise.reject(new Error('declined')) } },
    'ERR_ENVELOPE_SIGNATURE',
  ],
])('%s: nothing is sealed', async (_name, change, code) => {
  await expect(sealWith(change)).rejects.toThrow(withCode(code));
});

test('an abort while the signer asks its user comes through untouched', async () => {
  const controller = new AbortController();
  const reason = new Error('hung up');
  const sign = (): Promise<Uint8Array> => {
    controller.abort(reason);
    return Promise.reject(new Error('dialogue closed'));
  };
  const signer = { ...createSigner('Ed25519'), sign };
  await expect(sealWith({ signer, signal: controller.signal })).rejects.toBe(reason);
  await expect(sealWith({ signal: controller.signal })).rejects.toBe(reason);
});
