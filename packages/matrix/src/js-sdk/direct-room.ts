import { OracleCallError } from '@oracle-calls/protocol';
import { homeserverFailure, isRateLimit } from '../homeserver-failure.ts';
import { parseMatrixRoomId } from '../matrix-id.ts';
import type { MatrixRoomId, MatrixUserId, WaitOptions } from '../matrix-port.ts';
import { retryHomeserver } from '../retry.ts';
import { abortable } from '../time-limit.ts';
import { matrixError, type AdapterContext } from './adapter-context.ts';
import { hasExactly } from './room-members.ts';
import { SDK_NOTICE, type RoomRequest, type SdkClient, type SdkRoom } from './sdk-client.ts';
import { waitFor } from './wait-for.ts';

/** A first sync of a large account takes its time; nobody waits longer for a call. */
const FIRST_SYNC_LIMIT_MS = 30_000;
/** From the answer to `createRoom` until the sync has brought the room. */
const ROOM_VISIBLE_LIMIT_MS = 30_000;
const MEGOLM_ALGORITHM = 'm.megolm.v1.aes-sha2';

/** Searches under way, per client and peer: two callers of the same peer share one, so that they never make two rooms. */
const searches = new WeakMap<SdkClient, Map<MatrixUserId, Promise<MatrixRoomId>>>();
/** Changes of `m.direct` are read-modify-write, so one follows the other. */
const directWrites = new WeakMap<SdkClient, Promise<void>>();

/**
 * The newest private encrypted room that has exactly this account (joined) and `peer` (joined or invited) as members, or a
 * new one. A search goes on when one of its waiters gives up: the others still want its room.
 *
 * @throws {OracleCallError} `ERR_MATRIX_ROOM`, `ERR_UPSTREAM_HOMESERVER`
 */
export async function findOrCreateRoom(
  context: AdapterContext,
  peer: MatrixUserId,
  { signal }: WaitOptions = {},
): Promise<MatrixRoomId> {
  signal?.throwIfAborted();
  const { client } = context;
  if (client.getCrypto() === undefined) throw new OracleCallError('ERR_MATRIX_ROOM', 'This client cannot encrypt.');
  if (peer === client.getUserId()) throw new OracleCallError('ERR_MATRIX_ROOM', 'A call needs two people.');
  const ofClient = searches.get(client) ?? new Map<MatrixUserId, Promise<MatrixRoomId>>();
  searches.set(client, ofClient);
  let search = ofClient.get(peer);
  if (search === undefined) {
    search = searchOrCreate(context, peer)
      .catch((error: unknown) => {
        throw matrixError(error, { refused: 'ERR_MATRIX_ROOM' });
      })
      .finally(() => ofClient.delete(peer));
    ofClient.set(peer, search);
  }
  return await abortable(search, signal);
}

async function searchOrCreate(context: AdapterContext, peer: MatrixUserId): Promise<MatrixRoomId> {
  const { client, clock } = context;
  await waitFor({
    client,
    clock,
    notices: [SDK_NOTICE.sync],
    look: () => client.isInitialSyncComplete() || undefined,
    limitMs: FIRST_SYNC_LIMIT_MS,
    code: 'ERR_UPSTREAM_HOMESERVER',
  });
  return (await findRoom(client, peer)) ?? (await createRoom(context, peer));
}

async function findRoom(client: SdkClient, peer: MatrixUserId): Promise<MatrixRoomId | undefined> {
  const candidates = client
    .getRooms()
    .filter((room) => isPrivateEncrypted(room) && room.getJoinedMemberCount() + room.getInvitedMemberCount() === 2)
    .toSorted((a, b) => createdAt(b) - createdAt(a));
  for (const room of candidates) {
    // With lazy loading the SDK knows only some members until it is asked.
    await room.loadMembersIfNeeded();
    if (hasExactly(room, client.getUserId() ?? '', peer)) return parseMatrixRoomId(room.roomId);
  }
  return undefined;
}

function isPrivateEncrypted(room: SdkRoom): boolean {
  return (
    room.getMyMembership() === 'join' &&
    !room.isSpaceRoom() &&
    stateField(room, 'm.room.encryption', 'algorithm') === MEGOLM_ALGORITHM &&
    stateField(room, 'm.room.join_rules', 'join_rule') === 'invite' &&
    room.currentState.getStateEvents('m.room.tombstone', '') === null
  );
}

function stateField(room: SdkRoom, type: string, field: string): unknown {
  const content = room.currentState.getStateEvents(type, '')?.getOriginalContent();
  return typeof content === 'object' && content !== null ? Reflect.get(content, field) : undefined;
}

const createdAt = (room: SdkRoom): number => room.currentState.getStateEvents('m.room.create', '')?.getTs() ?? 0;

async function createRoom(context: AdapterContext, peer: MatrixUserId): Promise<MatrixRoomId> {
  const { client, clock, random, retryPolicy } = context;
  const body: RoomRequest = {
    // Not `trusted_private_chat`: the oracle needs no power in the person's room.
    preset: 'private_chat',
    visibility: 'private',
    is_direct: true,
    invite: [peer],
    initial_state: [{ type: 'm.room.encryption', state_key: '', content: { algorithm: MEGOLM_ALGORITHM } }],
  };
  // Making a room has no transaction id. Only a refusal for haste surely made none; after anything else we do not try again.
  const mayPass = (error: unknown): boolean => isRateLimit(homeserverFailure(error));
  const made = await retryHomeserver(() => client.createRoom(body), { clock, random, policy: retryPolicy, mayPass });
  const roomId = parseMatrixRoomId(made.room_id);
  await waitFor({
    client,
    clock,
    notices: [SDK_NOTICE.room, SDK_NOTICE.roomState, SDK_NOTICE.sync],
    look: () => (isReady(client.getRoom(roomId), peer) ? true : undefined),
    limitMs: ROOM_VISIBLE_LIMIT_MS,
    code: 'ERR_UPSTREAM_HOMESERVER',
  });
  markDirect(context, peer, roomId);
  return roomId;
}

function isReady(room: SdkRoom | null, peer: MatrixUserId): boolean {
  if (room === null || room.getMyMembership() !== 'join' || !room.hasEncryptionStateEvent()) return false;
  const membership = room.getMember(peer)?.membership;
  return membership === 'invite' || membership === 'join';
}

/** Lists the room in `m.direct` (Matrix spec, "Direct messaging"). Only for display, so nothing waits for it or fails by it. */
function markDirect({ client, logger }: AdapterContext, peer: MatrixUserId, roomId: MatrixRoomId): void {
  const write = async (): Promise<void> => {
    const known = client.getAccountData('m.direct')?.getOriginalContent();
    const content = typeof known === 'object' && known !== null ? known : {};
    const listed: unknown = Reflect.get(content, peer);
    await client.setAccountData('m.direct', {
      ...content,
      [peer]: [...new Set<unknown>([...(Array.isArray(listed) ? listed : []), roomId])],
    });
  };
  const before = directWrites.get(client) ?? Promise.resolve();
  const done = before.then(write).catch((error: unknown) => {
    logger.warn('matrix direct chats not updated', { code: matrixError(error, { refused: 'ERR_MATRIX_ROOM' }).code });
  });
  directWrites.set(client, done);
}
