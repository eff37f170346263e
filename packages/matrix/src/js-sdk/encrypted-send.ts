import { isOracleCallError, OracleCallError, parseMatrixEventId, type MatrixEventId } from '@oracle-calls/protocol';
import type { MatrixRoomId, SendOptions, WaitOptions } from '../matrix-port.ts';
import { request, type AdapterContext } from './adapter-context.ts';
import { MEGOLM_EVENT, SDK_NOTICE, type SdkClient, type SdkCrypto, type SdkEvent, type SdkRoom } from './sdk-client.ts';
import { waitFor } from './wait-for.ts';

/** What can be said in a transaction id without escaping; ours are random or made of ids. */
const TRANSACTION_ID = /^[A-Za-z0-9._~:$@!-]{1,255}$/;

/** An oracle's backend accepts an invitation within a second; a call does not wait for this, only getting ready does. */
const INVITED_JOIN_LIMIT_MS = 5_000;

interface EncryptingCrypto extends SdkCrypto {
  encryptEvent(event: SdkEvent, room: SdkRoom): Promise<void>;
}

const canEncryptEvents = (crypto: SdkCrypto | undefined): crypto is EncryptingCrypto =>
  crypto !== undefined && 'encryptEvent' in crypto && typeof crypto.encryptEvent === 'function';

/**
 * Encrypts once and sends that one ciphertext under one transaction id until the homeserver has answered, so that whatever
 * is lost on the way, at most one event comes of it.
 *
 * It does not use the SDK's `sendEvent`: that sends *plaintext* into a room it does not know yet, cannot be aborted, and
 * puts the event into the application's queue of unsent messages, where one stuck message stops all.
 *
 * @throws {OracleCallError} `ERR_MATRIX_ROOM`, `ERR_MATRIX_SEND`, `ERR_UPSTREAM_HOMESERVER`
 */
export async function sendEncrypted(
  context: AdapterContext,
  matrixRoomId: MatrixRoomId,
  type: string,
  content: object,
  { transactionId, signal }: SendOptions,
): Promise<MatrixEventId> {
  if (!TRANSACTION_ID.test(transactionId)) throw new OracleCallError('ERR_PROTOCOL_MALFORMED', 'Bad transaction id.');
  const { client } = context;
  const { crypto, room } = await encryptedRoom(client, matrixRoomId);
  let ciphertext: object | undefined;
  const path = `/rooms/${encodeURIComponent(matrixRoomId)}/send/${MEGOLM_EVENT}/${encodeURIComponent(transactionId)}`;
  const answer = await request(
    context,
    async (attemptSignal) => {
      // Kept from one attempt to the next: encrypting shares the room's key, which can fail on the way as well.
      ciphertext ??= await encrypt(client, crypto, room, { type, content, transactionId });
      attemptSignal.throwIfAborted();
      return await client.http.authedRequest('PUT', path, undefined, ciphertext, { abortSignal: attemptSignal });
    },
    { refused: 'ERR_MATRIX_ROOM', unanswered: 'ERR_MATRIX_SEND', signal },
  );
  const eventId: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'event_id') : undefined;
  return parseMatrixEventId(eventId);
}

/**
 * Shares the room's outgoing session now, so that the first event needs no round trip for it. Encrypts an event that is never
 * sent: the SDK's own `prepareToEncrypt` does not say when it is done. Whoever joins later changes the devices to share with, so
 * invited members get a moment to join first.
 */
export async function prepareToSend(
  context: AdapterContext,
  matrixRoomId: MatrixRoomId,
  { signal }: WaitOptions = {},
): Promise<void> {
  const { client, clock, logger } = context;
  const { crypto, room } = await encryptedRoom(client, matrixRoomId);
  try {
    await waitFor({
      client,
      clock,
      notices: [SDK_NOTICE.roomState, SDK_NOTICE.sync],
      look: () => (room.getInvitedMemberCount() === 0 ? true : undefined),
      limitMs: INVITED_JOIN_LIMIT_MS,
      code: 'ERR_MATRIX_ROOM',
      signal,
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (!isOracleCallError(error)) throw error;
    logger.info('an invited member has not joined yet');
  }
  const unsent = { type: 'm.dummy', content: {}, transactionId: `prepared-${matrixRoomId}` };
  await encrypt(client, crypto, room, unsent);
}

/** The room, if it is known, joined and encrypted; fails closed. */
async function encryptedRoom(
  client: SdkClient,
  matrixRoomId: MatrixRoomId,
): Promise<{ readonly crypto: EncryptingCrypto; readonly room: SdkRoom }> {
  const crypto = client.getCrypto();
  const room = client.getRoom(matrixRoomId);
  if (!canEncryptEvents(crypto)) throw new OracleCallError('ERR_MATRIX_ROOM', 'This client cannot encrypt.');
  if (room === null || room.getMyMembership() !== 'join') {
    throw new OracleCallError('ERR_MATRIX_ROOM', 'This account is not in the room.');
  }
  if (!(await crypto.isEncryptionEnabledInRoom(matrixRoomId))) {
    throw new OracleCallError('ERR_MATRIX_ROOM', 'The room is not encrypted.');
  }
  return { crypto, room };
}

async function encrypt(
  client: SdkClient,
  crypto: EncryptingCrypto,
  room: SdkRoom,
  { type, content, transactionId }: { readonly type: string; readonly content: object; readonly transactionId: string },
): Promise<object> {
  const toEvent = client.getEventMapper({ preventReEmit: true, decrypt: false });
  const event = toEvent({
    type,
    content: structuredClone(content),
    room_id: room.roomId,
    sender: client.getUserId() ?? '',
    event_id: `~${room.roomId}:${transactionId}`,
  });
  await crypto.encryptEvent(event, room);
  const ciphertext = event.getWireContent();
  if (event.getWireType() !== MEGOLM_EVENT || !('ciphertext' in ciphertext)) {
    throw new OracleCallError('ERR_MATRIX_ROOM', 'The event was not encrypted.');
  }
  return ciphertext;
}
