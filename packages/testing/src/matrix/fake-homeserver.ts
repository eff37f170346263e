import { OracleCallError, parseMatrixEventId, type Clock, type MatrixEventId } from '@oracle-calls/protocol';
import type { DecryptedEvent, EventRelation, MatrixRoomId, MatrixUserId } from '@oracle-calls/matrix';
import { FakeMatrixPort } from './fake-matrix-port.ts';

export type FakeMembership = 'join' | 'invite' | 'leave';

/** An event as the homeserver holds it. */
export interface StoredEvent {
  readonly event: DecryptedEvent;
  readonly isEncrypted: boolean;
  /** Who cannot decrypt it (yet). */
  readonly lockedFor: Set<MatrixUserId>;
}

export interface FakeRoom {
  readonly matrixRoomId: MatrixRoomId;
  readonly createdAt: number;
  readonly members: Map<MatrixUserId, FakeMembership>;
  readonly inviters: Map<MatrixUserId, MatrixUserId>;
  readonly events: StoredEvent[];
}

/**
 * A homeserver in memory with as many accounts as a test wants, for tests of what stands on `MatrixPort`: rooms, invitations,
 * encrypted events, transaction ids and OpenID tokens behave as with the real one; faults are scripted on each account's port.
 */
export class FakeHomeserver {
  readonly serverName = 'localhost';
  readonly rooms = new Map<MatrixRoomId, FakeRoom>();
  /** What profiles say, by user id and field with a space between. */
  readonly profiles = new Map<string, unknown>();
  readonly clock: Clock;
  readonly #ports = new Set<FakeMatrixPort>();
  readonly #transactions = new Map<string, MatrixEventId>();
  readonly #openIdTokens = new Map<string, MatrixUserId>();
  #count = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** A device of an account; two devices of one account are two ports. */
  signIn(userId: MatrixUserId): FakeMatrixPort {
    this.#count += 1;
    const port = new FakeMatrixPort(this, userId, `device-${this.#count}-of-${userId}`);
    this.#ports.add(port);
    return port;
  }

  signOut(port: FakeMatrixPort): void {
    this.#ports.delete(port);
  }

  createRoom(creator: MatrixUserId, invited: readonly MatrixUserId[]): FakeRoom {
    this.#count += 1;
    const room: FakeRoom = {
      matrixRoomId: `!room-${this.#count}:${this.serverName}` as MatrixRoomId,
      // Rooms made within one instant are still one after the other.
      createdAt: this.clock.now() + this.#count / 1_000,
      members: new Map([[creator, 'join']]),
      inviters: new Map(),
      events: [],
    };
    this.rooms.set(room.matrixRoomId, room);
    for (const userId of invited) this.invite(room.matrixRoomId, creator, userId);
    return room;
  }

  invite(matrixRoomId: MatrixRoomId, inviter: MatrixUserId, invited: MatrixUserId): void {
    const room = this.roomOf(matrixRoomId, inviter);
    room.members.set(invited, 'invite');
    room.inviters.set(invited, inviter);
    for (const port of this.#ports) port.noticeInvites();
  }

  /** The room, when the account is in it. @throws {OracleCallError} `ERR_MATRIX_ROOM` */
  roomOf(matrixRoomId: MatrixRoomId, userId: MatrixUserId): FakeRoom {
    const room = this.rooms.get(matrixRoomId);
    if (room?.members.get(userId) !== 'join') throw new OracleCallError('ERR_MATRIX_ROOM');
    return room;
  }

  /** One event for each transaction id of a device (Matrix spec, "Transaction identifiers"). */
  store(
    port: FakeMatrixPort,
    matrixRoomId: MatrixRoomId,
    type: string,
    content: object,
    transactionId: string,
  ): MatrixEventId {
    const room = this.roomOf(matrixRoomId, port.userId);
    const transaction = JSON.stringify([port.deviceKey, matrixRoomId, transactionId]);
    const known = this.#transactions.get(transaction);
    if (known !== undefined) return known;
    const { userId, deviceKey } = port;
    const lockedFor = new Set(
      port.isWithholdingKeys ? [...room.members.keys()].filter((member) => member !== userId) : [],
    );
    const stored = { event: this.#event(room, type, content, { userId, deviceKey }), isEncrypted: true, lockedFor };
    this.#transactions.set(transaction, stored.event.eventId);
    this.#add(room, stored);
    return stored.event.eventId;
  }

  /** What any member can do past the crypto, and what no port may ever deliver. */
  storePlaintext(matrixRoomId: MatrixRoomId, sender: MatrixUserId, type: string, content: object): MatrixEventId {
    const room = this.roomOf(matrixRoomId, sender);
    const event = this.#event(room, type, content, { userId: sender, deviceKey: '' });
    this.#add(room, { event, isEncrypted: false, lockedFor: new Set() });
    return event.eventId;
  }

  /** The keys that were withheld arrive: what came before decrypts now. */
  releaseKeys(): void {
    for (const room of this.rooms.values()) {
      for (const stored of room.events) {
        if (stored.lockedFor.size === 0) continue;
        stored.lockedFor.clear();
        this.#tell(room, stored);
      }
    }
  }

  issueOpenIdToken(userId: MatrixUserId): string {
    this.#count += 1;
    const token = `openid-${this.#count}`;
    this.#openIdTokens.set(token, userId);
    return token;
  }

  /** Whose OpenID token this is, as the homeserver tells whoever asks. */
  openIdOwner(token: string): MatrixUserId | undefined {
    return this.#openIdTokens.get(token);
  }

  #event(room: FakeRoom, type: string, content: object, sender: DecryptedEvent['sender']): DecryptedEvent {
    this.#count += 1;
    return {
      eventId: parseMatrixEventId(`$fake-${String(this.#count).padStart(38, '0')}`),
      matrixRoomId: room.matrixRoomId,
      type,
      sender,
      content: structuredClone(content),
      relation: relationOf(content),
      originServerAt: this.clock.now(),
    };
  }

  #add(room: FakeRoom, stored: StoredEvent): void {
    room.events.push(stored);
    this.#tell(room, stored);
  }

  #tell(room: FakeRoom, { event, isEncrypted, lockedFor }: StoredEvent): void {
    if (!isEncrypted) return;
    for (const port of this.#ports) {
      if (room.members.get(port.userId) === 'join' && !lockedFor.has(port.userId)) port.notice(event);
    }
  }
}

function relationOf(content: object): EventRelation | undefined {
  const relation: unknown = Reflect.get(content, 'm.relates_to');
  if (typeof relation !== 'object' || relation === null) return undefined;
  const relType: unknown = Reflect.get(relation, 'rel_type');
  const eventId: unknown = Reflect.get(relation, 'event_id');
  return typeof relType === 'string' && typeof eventId === 'string' ? { relType, eventId } : undefined;
}
