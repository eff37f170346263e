import { SecretBytes } from '../secret-bytes.ts';
import { parseSfuRoomName } from '../call-id.ts';
import { readOracleKeys } from '../did/call-keys.ts';
import { parseDid } from '../did/did.ts';
import { buildOracleDidDocument } from '../did/oracle-document.ts';
import { createOracleKeyPair } from '../envelope/secp256k1-key.ts';
import { createX25519KeyPair } from '../envelope/x25519-key.ts';
import { encodeOracleKeyFile, parseOracleKeyFile } from '../envelope/oracle-key-file.ts';
import { createCallKey } from '../call-key/call-key.ts';
import { createRawKeySigner, signingPublicKeyOf } from '../signing/raw-key-signer.ts';
import type { SigningAlgorithm } from '../signing/signing-key.ts';
import { commitToNonce } from './context.ts';
import { ownOracleKeys, type OwnOracleKeys } from './own-keys.ts';
import { type CallFacts, sealSignedEnvelope, type SealedCall } from './seal.ts';
import type { EnvelopeSuite } from './suites.ts';
import type { OpenSignedEnvelopeOptions } from './open.ts';
import type { CallSigner } from '../signing/call-signer.ts';

export const NOW = Date.UTC(2026, 10, 23, 12);
export const MINUTE_MS = 60_000;
export const ORACLE_DID = parseDid('did:ixo:oracle456');

/** Facts of a call, with fresh random values where a call has them. */
export function callFacts(): CallFacts {
  return {
    callType: 'audio',
    sfuRoomName: parseSfuRoomName('lk-0123456789abcdef'),
    sessionId: '5f1f9c1e-0000-4000-8000-000000000000',
    matrixRoomId: '!room:example.org',
    matrixSender: '@alice:example.org',
    matrixOracle: '@oracle:example.org',
    callPublicKey: SecretBytes.random(32, 'stands for a public key').expose(),
    notBefore: NOW,
    notAfter: NOW + 60 * MINUTE_MS,
    comparisonCommitment: commitToNonce(SecretBytes.random(32, 'nonce').expose()),
  };
}

export function createSigner(algorithm: SigningAlgorithm): CallSigner {
  return createRawKeySigner({ algorithm, privateKey: SecretBytes.random(32, 'user key') });
}

/** An oracle whose document offers what the suite needs; the ECIES one has a single key for everything, as ixo's have. */
export function createOracle(suite: EnvelopeSuite): OwnOracleKeys {
  const { privateKey, publicKey } = createOracleKeyPair();
  const envelope = createX25519KeyPair();
  const identityPrivateKey = SecretBytes.random(32, 'identity');
  const strong = {
    envelopePublicKey: envelope.publicKey,
    identityPublicKey: signingPublicKeyOf('Ed25519', identityPrivateKey),
  };
  const document = buildOracleDidDocument({
    did: ORACLE_DID,
    publicKey,
    ...(suite === 'hpke-x25519' ? strong : {}),
    matrixUserId: '@oracle:example.org',
    backendUrl: 'https://calls.example.org',
  });
  const extra = { envelopePrivateKey: envelope.privateKey, identityPrivateKey };
  const file = parseOracleKeyFile(encodeOracleKeyFile(ORACLE_DID, privateKey, suite === 'hpke-x25519' ? extra : {}));
  return ownOracleKeys(file, readOracleKeys(document));
}

export interface Scene {
  readonly oracle: OwnOracleKeys;
  readonly signer: CallSigner;
  readonly callKey: SecretBytes;
  readonly sealed: SealedCall;
  /** What an honest agent passes to `openSignedEnvelope`. */
  readonly opening: OpenSignedEnvelopeOptions;
}

/** A call, sealed by an honest user to an honest oracle. */
export async function createScene(suite: EnvelopeSuite, algorithm: SigningAlgorithm): Promise<Scene> {
  const oracle = createOracle(suite);
  const signer = createSigner(algorithm);
  const callKey = createCallKey();
  const call = callFacts();
  const sealed = await sealSignedEnvelope({ callKey, call, oracle, signer });
  const { callType, sfuRoomName, sessionId, matrixRoomId, matrixSender, matrixOracle } = call;
  const opening: OpenSignedEnvelopeOptions = {
    envelope: sealed.envelope,
    expected: { callType, sfuRoomName, sessionId, matrixRoomId, matrixSender, matrixOracle, userDid: signer.did },
    userKey: { methodId: signer.methodId, algorithm: signer.algorithm, publicKey: signer.publicKey },
    oracle,
    envelopePrivateKey: oracle.envelopePrivateKey,
    now: NOW + MINUTE_MS,
  };
  return { oracle, signer, callKey, sealed, opening };
}
