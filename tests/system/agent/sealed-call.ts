import { createCallKey, SecretBytes, systemClock } from '@oracle-calls/protocol';
import type { CallId, SfuRoomName } from '@oracle-calls/protocol';
import { multikeyOf, parseDid } from '@oracle-calls/protocol/did';
import { sealEnvelope } from '@oracle-calls/protocol/envelope';
import { commitToNonce, sealSignedEnvelope } from '@oracle-calls/protocol/signed-envelope';
import type { CallFacts, SignedEnvelope } from '@oracle-calls/protocol/signed-envelope';
import {
  createEd25519Signer,
  createEd25519Verifier,
  createEs256kVerifier,
  createRawKeySigner,
  signingPublicKeyOf,
} from '@oracle-calls/protocol/signing';
import type { CallSigner, Signer, Verifier } from '@oracle-calls/protocol/signing';
import { publish } from './oracle-under-test.ts';
import type { OracleUnderTest } from './oracle-under-test.ts';

const CALL_MS = 60 * 60_000;

/** A user who signs as a `did:key`. */
export function createUser(): CallSigner {
  return createRawKeySigner({ algorithm: 'Ed25519', privateKey: SecretBytes.random(32, 'user key') });
}

/** A user whose `did:ixo` document the local resolver serves; called again with the same name, the document has another key. */
export async function createIxoUser(documentsDir: string, name: string): Promise<CallSigner> {
  const did = parseDid(`did:ixo:${name}`);
  const methodId = `${did}#key`;
  const privateKey = SecretBytes.random(32, 'user key');
  const signer = createRawKeySigner({ algorithm: 'Ed25519', privateKey, name: { did, methodId } });
  await publish(documentsDir, name, {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: did,
    verificationMethod: [
      {
        id: methodId,
        type: 'Multikey',
        controller: did,
        publicKeyMultibase: multikeyOf('ed25519', signer.publicKey),
      },
    ],
    assertionMethod: [methodId],
  });
  return signer;
}

/** Everything that the user's end knows of a call that it has sealed. */
export interface CallSecrets {
  readonly callKey: SecretBytes;
  readonly comparisonNonce: SecretBytes;
  /** The key made for this call alone, and its signer. */
  readonly callPrivateKey: SecretBytes;
  readonly callSigner: Signer;
  readonly oracleVerifier: Verifier;
  readonly envelope: SignedEnvelope;
}

export interface SealedTestCall {
  readonly envelopeHex: string;
  readonly secrets: CallSecrets;
}

export interface SealTestCallOptions {
  readonly oracle: Pick<OracleUnderTest, 'keys' | 'matrixUserId'>;
  readonly signer: CallSigner;
  readonly sfuRoomName: SfuRoomName;
  /** Lies of the caller, or of whoever holds the user's key. */
  readonly facts?: Partial<CallFacts>;
}

/** The session of every test call. */
export const SESSION_ID = 'session-1';

/** Seals a call as the SDK does. */
export async function sealTestCall(options: SealTestCallOptions): Promise<SealedTestCall> {
  const { oracle, signer, sfuRoomName, facts } = options;
  const { identityKey } = oracle.keys;
  const callKey = createCallKey();
  const comparisonNonce = SecretBytes.random(32, 'comparison nonce');
  const callPrivateKey = SecretBytes.random(32, 'per-call key');
  const now = systemClock.now();
  const call: CallFacts = {
    callType: 'audio',
    sfuRoomName,
    sessionId: SESSION_ID,
    matrixRoomId: '!room:example.org',
    matrixSender: '@user:example.org',
    matrixOracle: oracle.matrixUserId,
    callPublicKey: signingPublicKeyOf('Ed25519', callPrivateKey),
    notBefore: now,
    notAfter: now + CALL_MS,
    comparisonCommitment: commitToNonce(comparisonNonce.expose()),
    ...facts,
  };
  const { envelopeHex, envelope } = await sealSignedEnvelope({ callKey, call, oracle: oracle.keys, signer });
  const createVerifier = identityKey.algorithm === 'Ed25519' ? createEd25519Verifier : createEs256kVerifier;
  const secrets: CallSecrets = {
    callKey,
    comparisonNonce,
    callPrivateKey,
    callSigner: createEd25519Signer(callPrivateKey),
    oracleVerifier: createVerifier(identityKey.publicKey),
    envelope,
  };
  return { envelopeHex, secrets };
}

/** Seals a call key as callers of the older protocol do. */
export function sealOlderTestCall(oracle: Pick<OracleUnderTest, 'olderPublicKey'>): {
  readonly envelopeHex: string;
  readonly callKey: SecretBytes;
} {
  const callKey = createCallKey();
  return { callKey, envelopeHex: sealEnvelope({ callKey, recipientPublicKey: oracle.olderPublicKey }) };
}

/** How a caller takes part: with a signed call, with the shared key of the older protocol, or without any key. */
export type CallerKeys =
  | { readonly protocol: 'strict'; readonly callId: CallId; readonly secrets: Omit<CallSecrets, 'callPrivateKey'> }
  | { readonly protocol: 'older'; readonly callKey: SecretBytes };
