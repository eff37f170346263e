import { createCallKey, createSfuRoomName, SecretBytes, systemClock, type SfuRoomName } from '@oracle-calls/protocol';
import type { OracleKeys } from '@oracle-calls/protocol/did';
import {
  commitToNonce,
  sealSignedEnvelope,
  type CallFacts,
  type SealedCall,
} from '@oracle-calls/protocol/signed-envelope';
import {
  createEd25519Signer,
  createRawKeySigner,
  signingPublicKeyOf,
  type CallSigner,
  type Signer,
} from '@oracle-calls/protocol/signing';

const CALL_LASTS_MS = 60 * 60_000;

/** Everything that a user's SDK makes for one call. */
export interface UserCall {
  readonly signer: CallSigner;
  readonly callKey: SecretBytes;
  readonly comparisonNonce: SecretBytes;
  /** The key pair of this call alone. */
  readonly callSigner: Signer;
  readonly facts: CallFacts;
  readonly sealed: SealedCall;
}

/** A user's DID key: a `did:key`, which is its own document. */
export function createUserSigner(): CallSigner {
  return createRawKeySigner({ algorithm: 'Ed25519', privateKey: SecretBytes.random(32, 'user key') });
}

/** What a caller knows of an oracle. */
export interface CalledOracle {
  readonly matrixUserId: string;
  readonly keys: Pick<OracleKeys, 'did' | 'envelopeKey' | 'identityKey'>;
}

export interface UserCallOptions {
  readonly oracle: CalledOracle;
  readonly signer?: CallSigner;
  readonly sfuRoomName?: SfuRoomName;
  /** What the signed context is to say otherwise. */
  readonly facts?: Partial<CallFacts>;
}

/** Makes a call key and seals and signs it, as an honest user does, save for what is asked for. */
export async function createUserCall(options: UserCallOptions): Promise<UserCall> {
  const { oracle, signer = createUserSigner(), sfuRoomName = createSfuRoomName() } = options;
  const callKey = createCallKey();
  const comparisonNonce = SecretBytes.random(32, 'comparison nonce');
  const callPrivateKey = SecretBytes.random(32, 'per-call key');
  const now = systemClock.now();
  const facts: CallFacts = {
    callType: 'audio',
    sfuRoomName,
    sessionId: 'session-1',
    matrixRoomId: '!room:localhost',
    matrixSender: '@alice:localhost',
    matrixOracle: oracle.matrixUserId,
    callPublicKey: signingPublicKeyOf('Ed25519', callPrivateKey),
    notBefore: now - 1_000,
    notAfter: now + CALL_LASTS_MS,
    comparisonCommitment: commitToNonce(comparisonNonce.expose()),
    ...options.facts,
  };
  const sealed = await sealSignedEnvelope({ callKey, call: facts, oracle: oracle.keys, signer });
  return { signer, callKey, comparisonNonce, callSigner: createEd25519Signer(callPrivateKey), facts, sealed };
}
