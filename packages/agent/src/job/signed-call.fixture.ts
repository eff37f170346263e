import { createCallKey, parseCallId, parseSfuRoomName, SecretBytes } from '@oracle-calls/protocol';
import type { CallId } from '@oracle-calls/protocol';
import {
  buildOracleDidDocument,
  createDidResolver,
  didKeyOf,
  parseDid,
  readOracleKeys,
} from '@oracle-calls/protocol/did';
import { createOracleKeyPair, createX25519KeyPair, sealEnvelope } from '@oracle-calls/protocol/envelope';
import type { OracleKey } from '@oracle-calls/protocol/envelope';
import type { KeyResponse } from '@oracle-calls/protocol/http';
import { commitToNonce, ownOracleKeys, sealSignedEnvelope } from '@oracle-calls/protocol/signed-envelope';
import type { CallFacts, OwnOracleKeys } from '@oracle-calls/protocol/signed-envelope';
import { createRawKeySigner, signingPublicKeyOf } from '@oracle-calls/protocol/signing';
import type { CallSigner } from '@oracle-calls/protocol/signing';
import { FakeClock } from '@oracle-calls/testing/clock';
import type { DidResolver } from '../identity/did-resolver.ts';
import type { OwnIdentity } from '../identity/own-identity.ts';

export const SFU_ROOM_NAME = parseSfuRoomName('lk-1');
export const CALL_ID: CallId = parseCallId('$event@lk-1');
export const ORACLE_DID = parseDid('did:ixo:oracle');
const MATRIX_ORACLE = '@oracle:example.org';
/** When the fake clock starts. */
export const NOW = new FakeClock().now();

/** An oracle with three keys, or with the one that ixo's documents have. */
export function createIdentity(
  kind: 'independent' | 'single' = 'independent',
): OwnIdentity & { readonly olderPublicKey: Uint8Array } {
  const { privateKey, publicKey } = createOracleKeyPair();
  const envelope = createX25519KeyPair();
  const identityPrivateKey = SecretBytes.random(32, 'identity key');
  const strong = {
    envelopePublicKey: envelope.publicKey,
    identityPublicKey: signingPublicKeyOf('Ed25519', identityPrivateKey),
  };
  const document = buildOracleDidDocument({
    did: ORACLE_DID,
    publicKey,
    ...(kind === 'independent' ? strong : {}),
    matrixUserId: MATRIX_ORACLE,
    backendUrl: 'https://calls.example.org',
  });
  const file: OracleKey = {
    did: ORACLE_DID,
    privateKey,
    publicKey,
    ...(kind === 'independent' ? { envelopePrivateKey: envelope.privateKey, identityPrivateKey } : {}),
  };
  return {
    keys: ownOracleKeys(file, readOracleKeys(document)),
    matrixUserId: MATRIX_ORACLE,
    olderPrivateKey: privateKey,
    olderPublicKey: publicKey,
    wipeReceiving: () => undefined,
    [Symbol.dispose]: () => undefined,
  };
}

/** A user who signs as a `did:key`. */
export function createSigner(): CallSigner {
  return createRawKeySigner({ algorithm: 'Ed25519', privateKey: SecretBytes.random(32, 'user key') });
}

/** Signs as another DID: what a resolver says about that DID decides. */
export function signerOf(did: string, privateKey = SecretBytes.random(32, 'user key')): CallSigner {
  const name = { did: parseDid(did), methodId: `${did}#key` };
  return createRawKeySigner({ algorithm: 'Ed25519', privateKey, name });
}

export interface SealOptions {
  readonly oracle: Pick<OwnOracleKeys, 'did' | 'envelopeKey' | 'identityKey'>;
  readonly signer: CallSigner;
  readonly facts?: Partial<CallFacts>;
}

/** A call as an honest user seals it, but for what `facts` change. */
export async function sealCall({ oracle, signer, facts }: SealOptions): Promise<KeyResponse> {
  using callKey = createCallKey();
  const call: CallFacts = {
    callType: 'audio',
    sfuRoomName: SFU_ROOM_NAME,
    sessionId: 's-1',
    matrixRoomId: '!room:example.org',
    matrixSender: '@alice:example.org',
    matrixOracle: MATRIX_ORACLE,
    callPublicKey: signingPublicKeyOf('Ed25519', SecretBytes.random(32, 'call key pair')),
    notBefore: NOW,
    notAfter: NOW + 3_600_000,
    comparisonCommitment: commitToNonce(SecretBytes.random(32, 'nonce').expose()),
    ...facts,
  };
  const { envelopeHex } = await sealSignedEnvelope({ callKey, call, oracle, signer });
  return { encryptionKey: envelopeHex, userDid: signer.did, oracleDid: ORACLE_DID };
}

/** A call of the older protocol. */
export function sealOlderCall(olderPublicKey: Uint8Array): KeyResponse {
  using callKey = createCallKey();
  const encryptionKey = sealEnvelope({ callKey, recipientPublicKey: olderPublicKey });
  return { encryptionKey, userDid: createSigner().did, oracleDid: ORACLE_DID };
}

/** A resolver for `did:key`, and for other DIDs what the test says, by DID. */
export function scriptedResolver(documents: Readonly<Record<string, CallSigner>> = {}): DidResolver {
  const real = createDidResolver();
  return {
    resolve: (did, options) => {
      const signer = documents[did];
      if (signer === undefined) return real.resolve(did, options);
      // The multikey of an Ed25519 key is what follows `did:key:`.
      const publicKeyMultibase = didKeyOf('ed25519', signer.publicKey).slice('did:key:'.length);
      const method = { id: signer.methodId, type: 'Multikey', controller: did, publicKeyMultibase };
      return Promise.resolve({
        didResolutionMetadata: {},
        didDocumentMetadata: {},
        didDocument: { id: did, verificationMethod: [method], assertionMethod: [method.id] },
      });
    },
  };
}
