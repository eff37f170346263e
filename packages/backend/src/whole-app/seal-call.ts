import type { DIDDocument } from 'did-resolver';
import { parseSfuRoomName, SecretBytes } from '@oracle-calls/protocol';
import { buildOracleDidDocument, readOracleKeys } from '@oracle-calls/protocol/did';
import { createX25519KeyPair } from '@oracle-calls/protocol/envelope';
import { commitToNonce, sealSignedEnvelope, type CallFacts } from '@oracle-calls/protocol/signed-envelope';
import { createRawKeySigner, signingPublicKeyOf, type CallSigner } from '@oracle-calls/protocol/signing';
import { ALICE, ALICE_ROOM, ORACLE, ORACLE_DID } from './test-backend.ts';

const HOUR_MS = 60 * 60_000;

/** The document of an oracle with fresh keys. */
export function oracleDocument(): DIDDocument {
  return buildOracleDidDocument({
    did: ORACLE_DID,
    envelopePublicKey: createX25519KeyPair().publicKey,
    identityPublicKey: signingPublicKeyOf('Ed25519', SecretBytes.random(32, 'identity')),
    matrixUserId: ORACLE,
    backendUrl: 'https://calls.example.org',
  });
}

/** The key of some user. */
export const createSigner = (): CallSigner =>
  createRawKeySigner({ algorithm: 'Ed25519', privateKey: SecretBytes.random(32, 'user key') });

export interface SealedCall {
  /** What the event says beside the envelope. */
  readonly content: Readonly<Record<string, unknown>>;
  readonly now: number;
  /** What the envelope says otherwise than the event. */
  readonly facts?: Partial<CallFacts> | undefined;
  readonly document: DIDDocument;
  readonly signer: CallSigner;
}

/** The envelope of a call as an honest SDK of Alice makes it, but for what the test changes. */
export async function sealCall({ content, now, facts, document, signer }: SealedCall): Promise<string> {
  const { envelopeHex } = await sealSignedEnvelope({
    callKey: SecretBytes.random(32, 'call key'),
    call: {
      callType: 'audio',
      sfuRoomName: parseSfuRoomName(content['roomId']),
      sessionId: String(content['sessionId']),
      matrixRoomId: ALICE_ROOM,
      matrixSender: ALICE,
      matrixOracle: ORACLE,
      callPublicKey: SecretBytes.random(32, 'stands for a public key').expose(),
      notBefore: now,
      notAfter: now + HOUR_MS,
      comparisonCommitment: commitToNonce(SecretBytes.random(32, 'nonce').expose()),
      ...facts,
    },
    oracle: readOracleKeys(document),
    signer,
  });
  return envelopeHex;
}
