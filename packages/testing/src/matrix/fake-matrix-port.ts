import { OracleCallError, type MatrixEventId } from '@oracle-calls/protocol';
import type {
  DecryptedEvent,
  MatrixAccountPort,
  MatrixOpenIdToken,
  MatrixRoomId,
  MatrixUserId,
  OwnRecords,
  RoomInvite,
  PrepareOptions,
  SendOptions,
  WaitOptions,
} from '@oracle-calls/matrix';
import { fakeAccountKey } from '../matrix-account/fake-matrix-account.ts';
import type { FakeHomeserver, FakeRoom, StoredEvent } from './fake-homeserver.ts';

/** What of a port can be made to fail or wait. */
export type FakeOperation =
  | 'findOrCreateRoom'
  | 'sendEvent'
  | 'fetchEvent'
  | 'fetchRelations'
  | 'requestOpenIdToken'
  | 'joinRoom'
  | 'leaveRoom'
  | 'ownRecords';

/** A held operation: it goes on when released. */
export interface HeldOperation {
  release(): void;
}

/** One account's device on a {@link FakeHomeserver}. */
export class FakeMatrixPort implements MatrixAccountPort {
  readonly userId: MatrixUserId;
  readonly deviceKey: string;
  /** Every operation in the order in which it was asked for. */
  readonly asked: FakeOperation[] = [];
  readonly prepared: MatrixRoomId[] = [];
  /** While true, nobody else gets the keys of what this device sends. */
  isWithholdingKeys = false;
  /** Whose Matrix identity is another than this device saw first. */
  readonly changedIdentities = new Set<MatrixUserId>();
  isClosed = false;
  isOnline = true;
  readonly #homeserver: FakeHomeserver;
  readonly #failures: { readonly operation: FakeOperation; readonly error: OracleCallError }[] = [];
  readonly #holds: { readonly operation: FakeOperation; readonly released: Promise<void> }[] = [];
  readonly #eventListeners = new Set<(event: DecryptedEvent) => void>();
  readonly #inviteListeners = new Map<(invite: RoomInvite) => void, Set<MatrixRoomId>>();
  readonly #seen = new Set<MatrixEventId>();
  #heldEvents: DecryptedEvent[] | undefined = [];

  constructor(homeserver: FakeHomeserver, userId: MatrixUserId, deviceKey: string) {
    this.#homeserver = homeserver;
    this.userId = userId;
    this.deviceKey = deviceKey;
  }

  /** The next such operation fails, after reaching nobody. */
  failNext(operation: FakeOperation, error: OracleCallError): void {
    this.#failures.push({ operation, error });
  }

  /** The next such operation waits, before reaching anybody. */
  holdNext(operation: FakeOperation): HeldOperation {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#holds.push({ operation, released: promise });
    return { release: resolve };
  }

  /** How many listen. */
  get listenerCount(): number {
    return this.#eventListeners.size + this.#inviteListeners.size;
  }

  async findOrCreateRoom(peer: MatrixUserId, { signal }: WaitOptions = {}): Promise<MatrixRoomId> {
    await this.#ask('findOrCreateRoom', signal);
    if (peer === this.userId) throw new OracleCallError('ERR_MATRIX_ROOM');
    const suitable = [...this.#homeserver.rooms.values()].filter((room) => isOfTwo(room, this.userId, peer));
    const newest = suitable.toSorted((one, other) => other.createdAt - one.createdAt)[0];
    return (newest ?? this.#homeserver.createRoom(this.userId, [peer])).matrixRoomId;
  }

  async prepareToSend(room: MatrixRoomId, { peer }: PrepareOptions): Promise<void> {
    await Promise.resolve();
    this.#requireTrust(room, peer);
    this.prepared.push(room);
  }

  async sendEvent(
    room: MatrixRoomId,
    type: string,
    content: object,
    { transactionId, peer, signal, onSending }: SendOptions,
  ): Promise<MatrixEventId> {
    onSending?.();
    await this.#ask('sendEvent', signal);
    this.#requireTrust(room, peer);
    return this.#homeserver.store(this, room, type, content, transactionId);
  }

  async fetchEvent(room: MatrixRoomId, eventId: MatrixEventId, { signal }: WaitOptions = {}): Promise<DecryptedEvent> {
    await this.#ask('fetchEvent', signal);
    const stored = this.#stored(room).find(({ event }) => event.eventId === eventId);
    if (stored === undefined) throw new OracleCallError('ERR_MATRIX_EVENT_NOT_FOUND');
    if (!stored.isEncrypted) throw new OracleCallError('ERR_MATRIX_NOT_ENCRYPTED');
    if (stored.lockedFor.has(this.userId)) throw new OracleCallError('ERR_MATRIX_UNDECRYPTABLE');
    return stored.event;
  }

  async fetchRelations(
    room: MatrixRoomId,
    eventId: MatrixEventId,
    { signal }: WaitOptions = {},
  ): Promise<readonly DecryptedEvent[]> {
    await this.#ask('fetchRelations', signal);
    return this.#stored(room)
      .filter(({ isEncrypted, lockedFor }) => isEncrypted && !lockedFor.has(this.userId))
      .map(({ event }) => event)
      .filter(({ relation }) => relation?.eventId === eventId);
  }

  observeEvents(listener: (event: DecryptedEvent) => void): Disposable {
    const own = (event: DecryptedEvent): void => listener(event);
    this.#eventListeners.add(own);
    const held = this.#heldEvents ?? [];
    this.#heldEvents = undefined;
    for (const event of held) own(event);
    return { [Symbol.dispose]: () => void this.#eventListeners.delete(own) };
  }

  observeInvites(listener: (invite: RoomInvite) => void): Disposable {
    const own = (invite: RoomInvite): void => listener(invite);
    this.#inviteListeners.set(own, new Set());
    this.noticeInvites();
    return { [Symbol.dispose]: () => void this.#inviteListeners.delete(own) };
  }

  approveChangedIdentity(peer: MatrixUserId): Promise<void> {
    this.changedIdentities.delete(peer);
    return Promise.resolve();
  }

  async requestOpenIdToken({ signal }: WaitOptions = {}): Promise<MatrixOpenIdToken> {
    await this.#ask('requestOpenIdToken', signal);
    const { serverName } = this.#homeserver;
    return { access_token: this.#homeserver.issueOpenIdToken(this.userId), matrix_server_name: serverName };
  }

  async readProfileField(userId: MatrixUserId, field: string): Promise<unknown> {
    await Promise.resolve();
    return this.#homeserver.profiles.get(`${userId} ${field}`);
  }

  async setProfileField(field: string, value: string): Promise<void> {
    await Promise.resolve();
    this.#homeserver.profiles.set(`${this.userId} ${field}`, value);
  }

  ownRecords(): Promise<OwnRecords> {
    return Promise.resolve({
      // Every device of the account has the private keys.
      deriveKey: (label) => fakeAccountKey(this.userId, label),
      fetch: async (peer, eventId, { signal } = {}) => {
        await this.#ask('ownRecords', signal);
        const rooms = [...this.#homeserver.rooms.values()].filter(({ members }) => members.has(peer));
        const stored = rooms.flatMap(({ matrixRoomId }) => this.#stored(matrixRoomId));
        return stored
          .filter(({ isEncrypted, event: { sender } }) => isEncrypted && sender.userId === this.userId)
          .filter(({ event }) => event.eventId === eventId || event.relation?.eventId === eventId)
          .map(({ event, lockedFor }) =>
            lockedFor.has(this.userId) ? { ...event, type: undefined, content: undefined } : event,
          );
      },
      redact: async ({ matrixRoomId, eventId }, { signal }) => {
        await this.#ask('ownRecords', signal);
        const { events } = this.#homeserver.roomOf(matrixRoomId, this.userId);
        const index = events.findIndex(({ event }) => event.eventId === eventId);
        if (index !== -1) events.splice(index, 1);
      },
    });
  }

  async joinRoom(room: MatrixRoomId, { signal }: WaitOptions = {}): Promise<void> {
    await this.#ask('joinRoom', signal);
    const known = this.#homeserver.rooms.get(room);
    const membership = known?.members.get(this.userId);
    if (known === undefined || membership === undefined || membership === 'leave') {
      throw new OracleCallError('ERR_MATRIX_ROOM');
    }
    known.members.set(this.userId, 'join');
    // Members who were invited get the keys of what is sent from then on.
    for (const { event, isEncrypted, lockedFor } of known.events) {
      if (isEncrypted && !lockedFor.has(this.userId)) this.notice(event);
    }
  }

  async leaveRoom(room: MatrixRoomId, { signal }: WaitOptions = {}): Promise<void> {
    await this.#ask('leaveRoom', signal);
    this.#homeserver.rooms.get(room)?.members.set(this.userId, 'leave');
    for (const told of this.#inviteListeners.values()) told.delete(room);
  }

  lastSyncAt(): number | undefined {
    return undefined;
  }

  isSyncing(): boolean {
    return this.isOnline && !this.isClosed;
  }

  close(): Promise<void> {
    this.isClosed = true;
    this.#eventListeners.clear();
    this.#inviteListeners.clear();
    this.#homeserver.signOut(this);
    return Promise.resolve();
  }

  /** The homeserver brings an event; once, as the sync does. */
  notice(event: DecryptedEvent): void {
    if (this.isClosed || this.#seen.has(event.eventId)) return;
    this.#seen.add(event.eventId);
    this.#heldEvents?.push(event);
    for (const listener of [...this.#eventListeners]) listener(event);
  }

  /** The homeserver has invitations, perhaps. */
  noticeInvites(): void {
    for (const { matrixRoomId, members, inviters } of this.#homeserver.rooms.values()) {
      const inviter = inviters.get(this.userId);
      if (members.get(this.userId) !== 'invite' || inviter === undefined) continue;
      for (const [listener, told] of [...this.#inviteListeners]) {
        if (told.has(matrixRoomId)) continue;
        told.add(matrixRoomId);
        listener({ matrixRoomId, inviter, isEncrypted: true, isDirect: true });
      }
    }
  }

  /** As the real port does before anything leaves. */
  #requireTrust(matrixRoomId: MatrixRoomId, peer: MatrixUserId): void {
    const room = this.#homeserver.roomOf(matrixRoomId, this.userId);
    if (!isOfTwo(room, this.userId, peer)) throw new OracleCallError('ERR_MATRIX_MEMBERS');
    if (this.changedIdentities.has(peer)) throw new OracleCallError('ERR_MATRIX_IDENTITY_CHANGED');
  }

  #stored(room: MatrixRoomId): readonly StoredEvent[] {
    const known = this.#homeserver.rooms.get(room);
    return known?.members.get(this.userId) === 'join' ? known.events : [];
  }

  /** Every operation takes at least a turn, and may be aborted, held or refused on the way. */
  async #ask(operation: FakeOperation, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    this.asked.push(operation);
    const hold = takeFirst(this.#holds, operation);
    const failure = takeFirst(this.#failures, operation);
    await untilAborted(hold?.released ?? Promise.resolve(), signal);
    if (failure !== undefined) throw failure.error;
    if (this.isClosed || !this.isOnline) throw new OracleCallError('ERR_UPSTREAM_HOMESERVER');
  }
}

function isOfTwo(room: FakeRoom, own: MatrixUserId, peer: MatrixUserId): boolean {
  const present = [...room.members].filter(([, membership]) => membership !== 'leave').map(([userId]) => userId);
  return room.members.get(own) === 'join' && present.length === 2 && present.includes(peer);
}

function takeFirst<T extends { readonly operation: FakeOperation }>(
  script: T[],
  operation: FakeOperation,
): T | undefined {
  const index = script.findIndex((one) => one.operation === operation);
  return index === -1 ? undefined : script.splice(index, 1)[0];
}

async function untilAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return await work;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
