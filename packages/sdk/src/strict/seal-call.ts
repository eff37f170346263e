import type { MatrixRoomId, MatrixUserId } from '@oracle-calls/matrix';
import type { CallType, MatrixEventId, SfuRoomName } from '@oracle-calls/protocol';
import type { OracleKeys } from '@oracle-calls/protocol/did';
import { commitToNonce, sealSignedEnvelope, type SealedCall } from '@oracle-calls/protocol/signed-envelope';
import type { CallSigner } from '@oracle-calls/protocol/signing';
import type { CallSecrets } from './call-secrets.ts';

/** The longest that a call may last, in milliseconds, as backends and agents have it unless configured; later its envelope is worth nothing. */
export const LONGEST_CALL_MS = 2 * 60 * 60_000;

export interface SealCallOptions {
  readonly secrets: CallSecrets;
  readonly oracle: { readonly keys: OracleKeys; readonly matrixUserId: MatrixUserId };
  readonly signer: CallSigner;
  readonly call: {
    readonly callType: CallType;
    readonly sfuRoomName: SfuRoomName;
    readonly sessionId: string;
    readonly matrixRoomId: MatrixRoomId;
    readonly matrixSender: MatrixUserId;
    readonly ringEventId?: MatrixEventId | undefined;
  };
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal: AbortSignal;
}

/**
 * Seals the call key to the oracle's envelope key, bound to everything that the call is, and has the user sign it.
 *
 * @throws {OracleCallError} `ERR_ENVELOPE_*`; an abort rethrows `signal.reason`
 */
export function sealCall({ secrets, oracle, signer, call, now, signal }: SealCallOptions): Promise<SealedCall> {
  const { ringEventId, ...facts } = call;
  return sealSignedEnvelope({
    callKey: secrets.callKey,
    call: {
      ...facts,
      matrixOracle: oracle.matrixUserId,
      callPublicKey: secrets.keyPair.publicKey,
      notBefore: now,
      notAfter: now + LONGEST_CALL_MS,
      comparisonCommitment: commitToNonce(secrets.comparisonNonce.expose()),
      ...(ringEventId === undefined ? {} : { ringEventId }),
    },
    oracle: oracle.keys,
    signer,
    signal,
  });
}
