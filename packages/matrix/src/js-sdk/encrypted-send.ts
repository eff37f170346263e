import { isOracleCallError, OracleCallError, parseMatrixEventId, type MatrixEventId } from '@oracle-calls/protocol';
import type { MatrixRoomId, MatrixUserId, PrepareOptions, SendOptions } from '../matrix-port.ts';
import { abortable } from '../time-limit.ts';
import { request, type AdapterContext } from './adapter-context.ts';
import { requireOwnDevice, requirePeerIdentity } from './peer-trust.ts';
import { signedDevicesEncryptor, type SignedDevicesEncryptor } from './room-encryptor.ts';
import { requireMembers } from './room-members.ts';
import { MEGOLM_EVENT, SDK_NOTICE, type SdkClient, type SdkCrypto, type SdkRoom } from './sdk-client.ts';
import { waitFor } from './wait-for.ts';

/** What can be said in a transaction id without escaping; ours are random or made of ids. */
const TRANSACTION_ID = /^[A-Za-z0-9._~:$@!-]{1,255}$/;

/** An oracle's backend accepts an invitation within a second; a call does not wait for this, only getting ready does. */
const INVITED_JOIN_LIMIT_MS = 5_000;

/** The room as it is sent to, and for whom. */
interface SecureRoom {
  readonly crypto: SdkCrypto;
  readonly room: SdkRoom;
  readonly encryptor: SignedDevicesEncryptor;
  readonly peer: MatrixUserId;
}

/**
 * Encrypts once and sends that one ciphertext under one transaction id until the homeserver has answered, so that whatever
 * is lost on the way, at most one event comes of it. Members and devices are looked at before the room's key is shared and
 * again before each attempt: in between a sync may have brought somebody.
 *
 * It does not use the SDK's `sendEvent`: that sends *plaintext* into a room it does not know yet, cannot be aborted, and
 * puts the event into the application's queue of unsent messages, where one stuck message stops all.
 *
 * @throws {OracleCallError} `ERR_MATRIX_ROOM`, `ERR_MATRIX_MEMBERS`, `ERR_MATRIX_CROSS_SIGNING`, `ERR_MATRIX_IDENTITY_CHANGED`,
 *   `ERR_MATRIX_SEND`, `ERR_UPSTREAM_HOMESERVER`
 */
export async function sendEncrypted(
  context: AdapterContext,
  matrixRoomId: MatrixRoomId,
  type: string,
  content: object,
  { transactionId, peer, signal, onSending, isKeptAlive = false }: SendOptions,
): Promise<MatrixEventId> {
  if (!TRANSACTION_ID.test(transactionId)) throw new OracleCallError('ERR_PROTOCOL_MALFORMED', 'Bad transaction id.');
  const { client } = context;
  const secure = await secureRoom(client, matrixRoomId, peer);
  let ciphertext: object | undefined;
  let told = onSending;
  const path = `/rooms/${encodeURIComponent(matrixRoomId)}/send/${MEGOLM_EVENT}/${encodeURIComponent(transactionId)}`;
  const answer = await request(
    context,
    async (attemptSignal) => {
      if (ciphertext === undefined) await requireTrust(context, secure);
      // Kept from one attempt to the next: encrypting shares the room's key, which can fail on the way as well.
      ciphertext ??= await encrypt(client, secure, { type, content, transactionId });
      await requireTrustAfterSharing(context, secure);
      attemptSignal.throwIfAborted();
      told?.();
      told = undefined;
      const options = { abortSignal: attemptSignal, ...(isKeptAlive ? { keepAlive: true } : {}) };
      return await client.http.authedRequest('PUT', path, undefined, ciphertext, options);
    },
    { refused: 'ERR_MATRIX_ROOM', unanswered: 'ERR_MATRIX_SEND', signal },
  );
  const eventId: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'event_id') : undefined;
  return parseMatrixEventId(eventId);
}

/**
 * Does the slow parts of sending now: asks for the peer's devices and shares the room's outgoing session with them, so that
 * the first event needs no round trip for it. Whoever joins later changes the devices to share with, so invited members get a
 * moment to join first.
 *
 * @throws {OracleCallError} as {@link sendEncrypted} does
 */
export async function prepareToSend(
  context: AdapterContext,
  matrixRoomId: MatrixRoomId,
  { peer, signal }: PrepareOptions,
): Promise<void> {
  const { client, clock, logger } = context;
  const secure = await secureRoom(client, matrixRoomId, peer);
  try {
    await waitFor({
      client,
      clock,
      notices: [SDK_NOTICE.roomState, SDK_NOTICE.sync],
      look: () => (secure.room.getInvitedMemberCount() === 0 ? true : undefined),
      limitMs: INVITED_JOIN_LIMIT_MS,
      code: 'ERR_MATRIX_ROOM',
      signal,
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (!isOracleCallError(error)) throw error;
    logger.info('an invited member has not joined yet');
  }
  await requireTrust(context, secure);
  await abortable(secure.encryptor.share(), signal);
  await requireTrustAfterSharing(context, secure);
}

/** The room, if it is known, joined and encrypted; fails closed. */
async function secureRoom(client: SdkClient, matrixRoomId: MatrixRoomId, peer: MatrixUserId): Promise<SecureRoom> {
  const crypto = client.getCrypto();
  const room = client.getRoom(matrixRoomId);
  if (crypto === undefined) throw new OracleCallError('ERR_MATRIX_ROOM', 'This client cannot encrypt.');
  if (room === null || room.getMyMembership() !== 'join') {
    throw new OracleCallError('ERR_MATRIX_ROOM', 'This account is not in the room.');
  }
  if (!(await crypto.isEncryptionEnabledInRoom(matrixRoomId))) {
    throw new OracleCallError('ERR_MATRIX_ROOM', 'The room is not encrypted.');
  }
  return { crypto, room, encryptor: signedDevicesEncryptor(crypto, matrixRoomId), peer };
}

/** Everything that must hold before the room's key goes to anybody. */
async function requireTrust(context: AdapterContext, { crypto, room, encryptor, peer }: SecureRoom): Promise<void> {
  const { client } = context;
  await room.loadMembersIfNeeded();
  requireMembers(room, client.getUserId() ?? '', peer);
  await requireOwnDevice(client, crypto);
  // At first contact nobody has asked for the peer's devices yet; sharing does. Without an identity of theirs they get no key.
  if (!(await crypto.getUserVerificationStatus(peer)).known) await encryptor.share();
  await requirePeerIdentity(context, crypto, peer);
}

/** The same once the key was shared. When somebody came in between, that key is never used. */
async function requireTrustAfterSharing(context: AdapterContext, { crypto, room, peer }: SecureRoom): Promise<void> {
  const { client } = context;
  try {
    requireMembers(room, client.getUserId() ?? '', peer);
    await requirePeerIdentity(context, crypto, peer);
  } catch (error) {
    await crypto.forceDiscardSession(room.roomId);
    throw error;
  }
}

async function encrypt(
  client: SdkClient,
  { encryptor, room }: SecureRoom,
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
  await encryptor.encrypt(event);
  const ciphertext = event.getWireContent();
  if (event.getWireType() !== MEGOLM_EVENT || !('ciphertext' in ciphertext)) {
    throw new OracleCallError('ERR_MATRIX_ROOM', 'The event was not encrypted.');
  }
  return ciphertext;
}
