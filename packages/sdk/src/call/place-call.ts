import type { MatrixPort } from '@oracle-calls/matrix';
import { codeOf, type CallEventContent, type Clock, type SfuRoomName } from '@oracle-calls/protocol';
import type { SignedEnvelope } from '@oracle-calls/protocol/signed-envelope';
import type { ParsedCallOptions } from './call-attempt.ts';
import { CallAnnouncement, type AnnouncedCall } from './call-announcement.ts';
import type { CallParts } from './call-parts.ts';

export interface PlaceCallOptions {
  readonly parts: CallParts;
  readonly matrix: MatrixPort;
  readonly clock: Clock;
  readonly options: ParsedCallOptions;
  readonly sfuRoomName: SfuRoomName;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Told of the event before it is sent, so that whoever ends the call ends the record too. */
  readonly sealed: (announcement: CallAnnouncement) => void;
  /** Told when the event is encrypted and leaves. */
  readonly leaving: () => void;
  readonly signal: AbortSignal;
}

/** An announced call with what the handshake needs of its envelope. */
export interface PlacedCall {
  readonly announcement: CallAnnouncement;
  readonly sent: AnnouncedCall;
  readonly envelope: SignedEnvelope;
}

/**
 * Sends the call's event. A room that somebody came into between its being found and its use is left aside, once, and only while nothing of the call
 * has left.
 *
 * @throws {OracleCallError} `ERR_MATRIX_*`, `ERR_UPSTREAM_HOMESERVER`; aborts rethrow `signal.reason`
 */
export async function placeCall(options: PlaceCallOptions): Promise<PlacedCall> {
  let hasLeft = false;
  const leaving = (): void => {
    hasLeft = true;
    options.leaving();
  };
  try {
    return await sealAndSend({ ...options, leaving });
  } catch (error) {
    if (hasLeft || codeOf(error) !== 'ERR_MATRIX_MEMBERS') throw error;
    return await sealAndSend(options);
  }
}

async function sealAndSend({
  parts: { oracle, protocol, secrets, signer },
  matrix,
  clock,
  options: { type: callType, sessionId, agentVoice, language, ringEventId },
  sfuRoomName,
  startedAt,
  sealed,
  leaving,
  signal,
}: PlaceCallOptions): Promise<PlacedCall> {
  const matrixRoomId = await matrix.findOrCreateRoom(oracle.matrixUserId, { signal });
  signal.throwIfAborted();
  const call = { callType, sfuRoomName, sessionId, matrixRoomId, matrixSender: matrix.userId, ringEventId };
  const { envelopeHex, envelope } = await protocol.seal({ secrets, oracle, signer, call, now: clock.now(), signal });
  signal.throwIfAborted();
  const content: CallEventContent = {
    callType,
    callStatus: 'pending',
    callStartedAt: startedAt,
    encryptionKey: envelopeHex,
    sessionId,
    roomId: sfuRoomName,
    userDid: signer.did,
    oracleDid: oracle.did,
    ...(agentVoice === undefined ? {} : { agentVoice }),
    ...(language === undefined ? {} : { language }),
  };
  const announcement = new CallAnnouncement(matrix, matrixRoomId, oracle.matrixUserId, content, leaving);
  sealed(announcement);
  return { announcement, envelope, sent: await announcement.send() };
}
