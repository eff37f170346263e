import { OracleCallError, silentLogger, systemClock, type Clock, type Logger } from '@oracle-calls/protocol';
import type { MatrixClient } from 'matrix-js-sdk';
import { request, type AdapterContext } from './js-sdk/adapter-context.ts';
import { findOrCreateRoom } from './js-sdk/direct-room.ts';
import { prepareToSend, sendEncrypted } from './js-sdk/encrypted-send.ts';
import { EventFeed } from './js-sdk/event-feed.ts';
import { InviteFeed } from './js-sdk/invite-feed.ts';
import { approveChangedIdentity, type ChangedIdentities } from './js-sdk/peer-trust.ts';
import { fetchEvent } from './js-sdk/read-event.ts';
import { SDK_NOTICE, type SdkClient } from './js-sdk/sdk-client.ts';
import { waitFor } from './js-sdk/wait-for.ts';
import { parseMatrixUserId } from './matrix-id.ts';
import type {
  MatrixAccountPort,
  MatrixOpenIdToken,
  MatrixPort,
  MatrixRoomId,
  MatrixUserId,
  WaitOptions,
} from './matrix-port.ts';
import type { RetryPolicy } from './retry.ts';

/** From the answer to a join until the sync has brought the room. */
const JOIN_VISIBLE_LIMIT_MS = 30_000;

const loadProfile = () => import('./js-sdk/profile.ts');

export interface MatrixPortOptions {
  readonly clock?: Clock | undefined;
  /** Silent when absent. */
  readonly logger?: Logger | undefined;
  /** From 0 up to 1, for jitter; `Math.random` when absent. */
  readonly random?: (() => number) | undefined;
  readonly retryPolicy?: RetryPolicy | undefined;
  /** `refuse` when absent: until {@link MatrixPort.approveChangedIdentity} nothing is sent to them or taken from them. */
  readonly changedIdentities?: ChangedIdentities | undefined;
}

/**
 * A {@link MatrixPort} over the application's own `matrix-js-sdk` 43 client, which must have its rust crypto initialised and
 * stays the application's: nothing here starts, stops or configures it.
 *
 * @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED` when nobody is signed in
 */
export function createMatrixPort(client: MatrixClient, options: MatrixPortOptions = {}): MatrixPort {
  return portOver(contextOf(client, options), false);
}

/**
 * The same for an account that answers invitations. Make it before the client is started: it keeps the events of the first
 * sync for its first listener. `close` stops the client.
 */
export function createMatrixAccountPort(client: MatrixClient, options: MatrixPortOptions = {}): MatrixAccountPort {
  return accountPortOver(contextOf(client, options));
}

function contextOf(client: SdkClient, options: MatrixPortOptions): AdapterContext {
  const { clock = systemClock, logger = silentLogger, random = Math.random, retryPolicy, changedIdentities } = options;
  return { client, clock, logger, random, retryPolicy, changedIdentities };
}

function portOver(context: AdapterContext, isHolding: boolean): MatrixPort & Disposable {
  const feed = new EventFeed({ ...context, isHolding });
  const userId: MatrixUserId = parseMatrixUserId(context.client.getUserId());
  return {
    userId,
    findOrCreateRoom: (peer, options) => findOrCreateRoom(context, peer, options),
    prepareToSend: (room, options) => prepareToSend(context, room, options),
    sendEvent: (room, type, content, options) => sendEncrypted(context, room, type, content, options),
    fetchEvent: (room, eventId, options) => fetchEvent(context, room, eventId, options),
    observeEvents: (listener) => feed.observe(listener),
    approveChangedIdentity: (peer, options) => approveChangedIdentity(context, peer, options),
    requestOpenIdToken: (options) => requestOpenIdToken(context, options),
    readProfileField: async (...asked) => (await loadProfile()).readProfileField(context, ...asked),
    ownRecords: async () => (await import('./js-sdk/own-events.ts')).ownRecordsOver(context),
    [Symbol.dispose]: () => feed[Symbol.dispose](),
  };
}

/** For tests and for `./node`: over the SDK's structure instead of its class. */
export function accountPortOver(context: AdapterContext): MatrixAccountPort {
  const { client } = context;
  const port = portOver(context, true);
  const invites = new InviteFeed(client, context.logger);
  let lastSyncAt: number | undefined;
  const onSync = (state: string): void => {
    if (isInSync(state)) lastSyncAt = context.clock.now();
  };
  client.on(SDK_NOTICE.sync, onSync);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    client.off(SDK_NOTICE.sync, onSync);
    port[Symbol.dispose]();
    invites[Symbol.dispose]();
    client.stopClient();
    return Promise.resolve();
  };
  return {
    ...port,
    observeInvites: (listener) => invites.observe(listener),
    isSyncing: () => isInSync(client.getSyncState() ?? ''),
    lastSyncAt: () => lastSyncAt,
    joinRoom: (room, options) => joinRoom(context, room, options),
    leaveRoom: (room, options) => leaveRoom(context, room, options),
    fetchRelations: async (...asked) => (await import('./js-sdk/relations.ts')).fetchRelations(context, ...asked),
    setProfileField: async (...asked) => (await loadProfile()).setProfileField(context, port.userId, ...asked),
    close: () => (closing ??= close()),
  };
}

const isInSync = (state: string): boolean => state === 'PREPARED' || state === 'SYNCING';

async function requestOpenIdToken(context: AdapterContext, { signal }: WaitOptions = {}): Promise<MatrixOpenIdToken> {
  const ask = (): Promise<MatrixOpenIdToken> => context.client.getOpenIdToken();
  const { access_token, matrix_server_name } = await request(context, ask, { refused: 'ERR_AUTH_INVALID', signal });
  if (typeof access_token !== 'string' || access_token === '' || typeof matrix_server_name !== 'string') {
    throw new OracleCallError('ERR_UPSTREAM_HOMESERVER', 'The homeserver gave no OpenID token.');
  }
  return { access_token, matrix_server_name };
}

/** Joining twice is joining once, so it may be repeated. */
async function joinRoom(context: AdapterContext, room: MatrixRoomId, { signal }: WaitOptions = {}): Promise<void> {
  const { client, clock } = context;
  await request(context, () => client.joinRoom(room), { refused: 'ERR_MATRIX_ROOM', signal });
  await waitFor({
    client,
    clock,
    notices: [SDK_NOTICE.room, SDK_NOTICE.myMembership, SDK_NOTICE.sync],
    look: () => (client.getRoom(room)?.getMyMembership() === 'join' ? true : undefined),
    limitMs: JOIN_VISIBLE_LIMIT_MS,
    code: 'ERR_UPSTREAM_HOMESERVER',
    signal,
  });
}

async function leaveRoom(context: AdapterContext, room: MatrixRoomId, { signal }: WaitOptions = {}): Promise<void> {
  await request(context, () => context.client.leave(room), { refused: 'ERR_MATRIX_ROOM', signal });
}
