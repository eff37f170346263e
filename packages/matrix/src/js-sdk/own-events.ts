import { isOracleCallError, parseMatrixEventId, SecretBytes, type MatrixEventId } from '@oracle-calls/protocol';
import { parseMatrixRoomId } from '../matrix-id.ts';
import type { MatrixRoomId, MatrixUserId, WaitOptions } from '../matrix-port.ts';
import type { OwnEvent, OwnRecords, RedactOptions } from '../own-records.ts';
import { abortable } from '../time-limit.ts';
import { request, type AdapterContext } from './adapter-context.ts';
import { relationOf } from './open-event.ts';
import { isRemoved, requestEvent, toEvent } from './read-event.ts';
import { fetchRawRelations } from './relations.ts';
import { MEGOLM_EVENT, type RawEvent, type SdkRoom } from './sdk-client.ts';

/** Bytes of a derived key. */
const KEY_BYTES = 32;

/** {@link OwnRecords} over a `matrix-js-sdk` client. */
export function ownRecordsOver(context: AdapterContext): OwnRecords {
  return {
    deriveKey: (label) => deriveKey(context, label),
    fetch: (peer, eventId, options) => fetchOwn(context, peer, eventId, options),
    redact: (event, options) => redact(context, event, options),
  };
}

async function deriveKey({ client }: AdapterContext, label: string): Promise<SecretBytes | undefined> {
  const crypto = client.getCrypto();
  let text: string | undefined;
  try {
    text = (await crypto?.exportSecretsBundle?.())?.cross_signing?.user_signing_key;
  } catch {
    // The device has not all of the account's private keys.
    return undefined;
  }
  if (text === undefined) return undefined;
  const seed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  try {
    const secret = await globalThis.crypto.subtle.importKey('raw', seed, 'HKDF', false, ['deriveBits']);
    // RFC 5869: without a salt, one of zeros as long as the hash; the seed is uniformly random.
    const how = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(32), info: new TextEncoder().encode(label) };
    const bits = new Uint8Array(await globalThis.crypto.subtle.deriveBits(how, secret, KEY_BYTES * 8));
    const key = new SecretBytes(bits, label);
    bits.fill(0);
    return key;
  } finally {
    seed.fill(0);
  }
}

async function fetchOwn(
  context: AdapterContext,
  peer: MatrixUserId,
  eventId: MatrixEventId,
  { signal }: WaitOptions = {},
): Promise<readonly OwnEvent[]> {
  for (const room of context.client.getRooms()) {
    signal?.throwIfAborted();
    if (!(await isRoomWith(room, peer))) continue;
    const matrixRoomId = parseMatrixRoomId(room.roomId);
    const root = await tryRequest(context, matrixRoomId, eventId, signal);
    if (root === undefined) continue;
    const related = await fetchRawRelations(context, matrixRoomId, eventId, signal);
    const own: OwnEvent[] = [];
    for (const raw of [root, ...related.toReversed()]) {
      const event = await openOwn(context, matrixRoomId, eventId, raw, signal);
      if (event !== undefined) own.push(event);
    }
    return own;
  }
  return [];
}

/** An encrypted room of the two, whoever of them is still in it: what was written there stays ours. */
async function isRoomWith(room: SdkRoom, peer: MatrixUserId): Promise<boolean> {
  if (room.getMyMembership() !== 'join' || !room.hasEncryptionStateEvent()) return false;
  if (room.getJoinedMemberCount() + room.getInvitedMemberCount() > 2) return false;
  await room.loadMembersIfNeeded();
  return room.getMember(peer) !== null;
}

async function tryRequest(
  context: AdapterContext,
  matrixRoomId: MatrixRoomId,
  eventId: MatrixEventId,
  signal: AbortSignal | undefined,
): Promise<RawEvent | undefined> {
  try {
    const raw = await requestEvent(context, matrixRoomId, eventId, signal);
    return raw.event_id === eventId && raw.room_id === matrixRoomId ? raw : undefined;
  } catch (error) {
    if (isOracleCallError(error) && error.code === 'ERR_MATRIX_EVENT_NOT_FOUND') return undefined;
    throw error;
  }
}

/** `undefined` for what is another's, in another room, about another event, in plaintext or removed already. */
async function openOwn(
  context: AdapterContext,
  matrixRoomId: MatrixRoomId,
  rootId: MatrixEventId,
  raw: RawEvent,
  signal: AbortSignal | undefined,
): Promise<OwnEvent | undefined> {
  const { client, logger } = context;
  const event = toEvent(context, raw);
  const id = event.getId();
  if (raw.room_id !== matrixRoomId || event.getSender() !== client.getUserId() || isRemoved(raw)) return undefined;
  if (event.isState() || event.getWireType() !== MEGOLM_EVENT) return undefined;
  if (id !== rootId && relationOf(event.getWireContent())?.eventId !== rootId) return undefined;
  try {
    await abortable(client.decryptEventIfNeeded(event), signal);
  } catch (error) {
    signal?.throwIfAborted();
    logger.info('an own event was not opened', { error: error instanceof Error ? error.name : typeof error });
  }
  const isOpen = !event.isDecryptionFailure() && event.getClearContent() !== null && event.getType() !== MEGOLM_EVENT;
  return {
    eventId: parseMatrixEventId(id),
    matrixRoomId,
    type: isOpen ? event.getType() : undefined,
    content: isOpen ? event.getOriginalContent() : undefined,
  };
}

async function redact(
  context: AdapterContext,
  { matrixRoomId, eventId }: OwnEvent,
  { transactionId, signal }: RedactOptions,
): Promise<void> {
  const segments = ['rooms', matrixRoomId, 'redact', eventId, transactionId].map(encodeURIComponent);
  await request(
    context,
    (abortSignal) => context.client.http.authedRequest('PUT', `/${segments.join('/')}`, undefined, {}, { abortSignal }),
    { refused: 'ERR_MATRIX_ROOM', unanswered: 'ERR_MATRIX_SEND', signal },
  );
}
