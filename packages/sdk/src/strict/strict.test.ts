import { readOracleKeys, buildOracleDidDocument } from '@oracle-calls/protocol/did';
import { createX25519KeyPair, createOracleKeyPair } from '@oracle-calls/protocol/envelope';
import { parseDid, createSfuRoomName, SecretBytes } from '@oracle-calls/protocol';
import { openSignedEnvelope, parseSignedEnvelope } from '@oracle-calls/protocol/signed-envelope';
import { createEd25519Verifier, createRawKeySigner, signingPublicKeyOf } from '@oracle-calls/protocol/signing';
import type { MatrixRoomId, MatrixUserId } from '@oracle-calls/matrix';
import { expect, test } from 'vitest';
import { createCallKeyPair } from './call-key-pair.ts';
import { LONGEST_CALL_MS } from './seal-call.ts';
import { loadStrictProtocol } from './strict-protocol.ts';

const did = parseDid('did:ixo:oracle456');
const matrixUserId = '@oracle:x' as MatrixUserId;
const envelope = createX25519KeyPair();
const identityPrivateKey = SecretBytes.random(32, 'identity');
const keys = readOracleKeys(
  buildOracleDidDocument({
    did,
    publicKey: createOracleKeyPair().publicKey,
    envelopePublicKey: envelope.publicKey,
    identityPublicKey: signingPublicKeyOf('Ed25519', identityPrivateKey),
    matrixUserId,
    backendUrl: 'https://calls.example.org',
  }),
);

/** A platform whose WebCrypto has no Ed25519. */
const withoutEd25519: SubtleCrypto = Object.create(crypto.subtle, {
  generateKey: { value: () => Promise.reject(new Error('NotSupportedError')) },
}) as SubtleCrypto;

test.each([
  ['by the platform', crypto.subtle],
  ['in memory', withoutEd25519],
])('a per-call pair made %s signs what its public key verifies', async (_how, subtle) => {
  using pair = await createCallKeyPair(subtle);
  const message = Uint8Array.of(1, 2, 3);
  const signature = new Uint8Array(await pair.signer.sign(message));
  expect(await createEd25519Verifier(pair.publicKey).verify(message, signature)).toBe(true);
  expect(await createEd25519Verifier(pair.publicKey).verify(Uint8Array.of(1), signature)).toBe(false);
});

test('a pair in memory signs no more once the call is over', async () => {
  const pair = await createCallKeyPair(withoutEd25519);
  pair[Symbol.dispose]();
  expect(() => pair.signer.sign(Uint8Array.of(1))).toThrow();
});

test('what the SDK seals, an agent opens, with everything that the call is bound in', async () => {
  const protocol = await loadStrictProtocol();
  using secrets = await protocol.createSecrets();
  const signer = createRawKeySigner({ algorithm: 'ES256K', privateKey: SecretBytes.random(32, 'user') });
  const call = {
    callType: 'audio',
    sfuRoomName: createSfuRoomName(),
    sessionId: 'session-1',
    matrixRoomId: '!room:x' as MatrixRoomId,
    matrixSender: '@alice:x' as MatrixUserId,
  } as const;
  const now = Date.UTC(2026, 0, 1);
  const oracle = { keys, matrixUserId };
  const sealed = await protocol.seal({ secrets, oracle, signer, call, now, signal: new AbortController().signal });
  const parsed = parseSignedEnvelope(sealed.envelopeHex);
  expect(parsed.context).toMatchObject({ notBefore: now, notAfter: now + LONGEST_CALL_MS, suite: 'hpke-x25519' });
  expect(parsed.context.callPublicKey).toEqual(secrets.keyPair.publicKey);
  const opened = await openSignedEnvelope({
    envelope: parsed,
    expected: { ...call, userDid: signer.did, matrixOracle: matrixUserId, ringEventId: undefined },
    userKey: signer,
    oracle: keys,
    now,
    envelopePrivateKey: envelope.privateKey,
  });
  expect(opened.expose()).toEqual(secrets.callKey.expose());
});

test('an abort while sealing rethrows its reason', async () => {
  const protocol = await loadStrictProtocol();
  using secrets = await protocol.createSecrets();
  const signer = createRawKeySigner({ algorithm: 'Ed25519', privateKey: SecretBytes.random(32, 'user') });
  const call = {
    callType: 'audio',
    sfuRoomName: createSfuRoomName(),
    sessionId: 'session-1',
    matrixRoomId: '!room:x' as MatrixRoomId,
    matrixSender: '@alice:x' as MatrixUserId,
  } as const;
  const signal = AbortSignal.abort(new Error('changed my mind'));
  const oracle = { keys, matrixUserId };
  await expect(protocol.seal({ secrets, oracle, signer, call, now: 0, signal })).rejects.toThrow('changed my mind');
});

test('warming up needs no user and leaves nothing', async () => {
  const protocol = await loadStrictProtocol();
  expect(await protocol.warmUp({ keys, matrixUserId })).toBeUndefined();
  expect(protocol.formatCode('0123456789' as never)).toBe('01234 56789');
  expect(protocol.createPayloadId()).toMatch(/^[0-9a-f]{32}$/);
});
