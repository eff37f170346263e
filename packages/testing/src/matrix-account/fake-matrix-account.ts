import {
  OracleCallError,
  parseMatrixEventId,
  SecretBytes,
  type Clock,
  type MatrixEventId,
} from '@oracle-calls/protocol';
import type {
  DecryptedEvent,
  MatrixAccountPort,
  MatrixOpenIdToken,
  MatrixRoomId,
  MatrixUserId,
  OwnRecords,
  RoomInvite,
  SendOptions,
} from '@oracle-calls/matrix/port';

/** An event as a test writes it; the rest is filled in. */
export interface ScriptedEvent {
  readonly matrixRoomId: MatrixRoomId;
  readonly sender: MatrixUserId;
  readonly type: string;
  readonly content: unknown;
  readonly eventId?: MatrixEventId | undefined;
  readonly deviceKey?: string | undefined;
  readonly originServerAt?: number | undefined;
}

export interface SentEvent {
  readonly matrixRoomId: MatrixRoomId;
  readonly type: string;
  readonly content: object;
  readonly transactionId: string;
  /** For whom it was sent. */
  readonly peer: MatrixUserId;
  readonly eventId: MatrixEventId;
}

let eventCount = 0;

/** A fresh event id of the right shape. */
export function createFakeEventId(): MatrixEventId {
  eventCount += 1;
  return parseMatrixEventId(`$event-${String(eventCount).padStart(37, '0')}`);
}

function relationOf(content: unknown): DecryptedEvent['relation'] {
  if (typeof content !== 'object' || content === null || !('m.relates_to' in content)) return undefined;
  const relation = content['m.relates_to'];
  if (typeof relation !== 'object' || relation === null) return undefined;
  if (!('rel_type' in relation) || !('event_id' in relation)) return undefined;
  const { rel_type: relType, event_id: eventId } = relation;
  return typeof relType === 'string' && typeof eventId === 'string' ? { relType, eventId } : undefined;
}

/** A key as `OwnRecords.deriveKey` gives it: of the account and the label. */
export async function fakeAccountKey(seed: string | undefined, label: string): Promise<SecretBytes | undefined> {
  if (seed === undefined) return undefined;
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${seed} ${label}`));
  return new SecretBytes(new Uint8Array(digest), label);
}

/**
 * An account on a homeserver that a test scripts. What the homeserver knows (`events`, `sent`) outlives a `restart`, as it
 * does in life; what came while nobody listened is held for the first listener.
 */
export class FakeMatrixAccount implements MatrixAccountPort {
  readonly userId: MatrixUserId;
  readonly events = new Map<MatrixEventId, DecryptedEvent>();
  /** What this account sent; a repeated transaction id is sent once, as by a homeserver. */
  readonly sent: SentEvent[] = [];
  /** Every attempt to send, successful or not. */
  sendAttempts = 0;
  readonly joined: MatrixRoomId[] = [];
  readonly prepared: MatrixRoomId[] = [];
  readonly left: MatrixRoomId[] = [];
  /** Whose changed identity was approved. */
  readonly approved: MatrixUserId[] = [];
  /** What profiles say, by user id and field with a space between. */
  readonly profiles = new Map<string, unknown>();
  /** While set, everything that asks the homeserver is refused with it. */
  failure: OracleCallError | undefined;
  isHealthy = true;
  /** What keys of the account are derived from; `undefined` as on a device without private keys. */
  accountSeed: string | undefined = 'seed';
  /** Ids of own events that were removed, oldest first. */
  readonly redacted: MatrixEventId[] = [];
  readonly #clock: Clock;
  #eventListeners = new Set<(event: DecryptedEvent) => void>();
  #inviteListeners = new Set<(invite: RoomInvite) => void>();
  #heldEvents: DecryptedEvent[] = [];
  #heldInvites: RoomInvite[] = [];

  constructor(userId: MatrixUserId, clock: Clock) {
    this.userId = userId;
    this.#clock = clock;
  }

  /** Puts an event on the homeserver without delivering it. */
  put({ matrixRoomId, sender, type, content, eventId, deviceKey, originServerAt }: ScriptedEvent): DecryptedEvent {
    const event: DecryptedEvent = {
      eventId: eventId ?? createFakeEventId(),
      matrixRoomId,
      type,
      sender: { userId: sender, deviceKey: deviceKey ?? `device of ${sender}` },
      content,
      relation: relationOf(content),
      originServerAt: originServerAt ?? this.#clock.now(),
    };
    this.events.set(event.eventId, event);
    return event;
  }

  /** Delivers an event, as a sync does. */
  deliver(event: DecryptedEvent): void {
    if (this.#eventListeners.size === 0) this.#heldEvents.push(event);
    for (const listener of this.#eventListeners) listener(event);
  }

  /** `put` and `deliver`. */
  receive(scripted: ScriptedEvent): DecryptedEvent {
    const event = this.put(scripted);
    this.deliver(event);
    return event;
  }

  invite(invite: RoomInvite): void {
    if (this.#inviteListeners.size === 0) this.#heldInvites.push(invite);
    for (const listener of this.#inviteListeners) listener(invite);
  }

  /** How many listen to events. */
  get listenerCount(): number {
    return this.#eventListeners.size + this.#inviteListeners.size;
  }

  isSyncing(): boolean {
    return this.isHealthy;
  }

  lastSyncAt(): number | undefined {
    return this.isHealthy ? this.#clock.now() : undefined;
  }

  observeEvents(listener: (event: DecryptedEvent) => void): Disposable {
    this.#eventListeners.add(listener);
    for (const event of this.#heldEvents.splice(0)) listener(event);
    return { [Symbol.dispose]: () => void this.#eventListeners.delete(listener) };
  }

  observeInvites(listener: (invite: RoomInvite) => void): Disposable {
    this.#inviteListeners.add(listener);
    for (const invite of this.#heldInvites.splice(0)) listener(invite);
    return { [Symbol.dispose]: () => void this.#inviteListeners.delete(listener) };
  }

  async sendEvent(
    matrixRoomId: MatrixRoomId,
    type: string,
    content: object,
    { transactionId, peer, signal, onSending }: SendOptions,
  ): Promise<MatrixEventId> {
    this.sendAttempts += 1;
    onSending?.();
    await this.#request(signal);
    const repeated = this.sent.find((sent) => sent.transactionId === transactionId);
    if (repeated !== undefined) return repeated.eventId;
    const event = this.put({ matrixRoomId, sender: this.userId, type, content });
    this.sent.push({ matrixRoomId, type, content, transactionId, peer, eventId: event.eventId });
    this.deliver(event);
    return event.eventId;
  }

  async fetchEvent(
    matrixRoomId: MatrixRoomId,
    eventId: MatrixEventId,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<DecryptedEvent> {
    await this.#request(signal);
    const event = this.events.get(eventId);
    if (event?.matrixRoomId !== matrixRoomId) throw new OracleCallError('ERR_MATRIX_EVENT_NOT_FOUND');
    return event;
  }

  async fetchRelations(matrixRoomId: MatrixRoomId, eventId: MatrixEventId): Promise<readonly DecryptedEvent[]> {
    await this.#request();
    return [...this.events.values()].filter(
      (event) => event.matrixRoomId === matrixRoomId && event.relation?.eventId === eventId,
    );
  }

  async joinRoom(matrixRoomId: MatrixRoomId): Promise<void> {
    await this.#request();
    this.joined.push(matrixRoomId);
  }

  async leaveRoom(matrixRoomId: MatrixRoomId): Promise<void> {
    await this.#request();
    this.left.push(matrixRoomId);
  }

  async readProfileField(userId: MatrixUserId, field: string): Promise<unknown> {
    await this.#request();
    return this.profiles.get(`${userId} ${field}`);
  }

  async setProfileField(field: string, value: string): Promise<void> {
    await this.#request();
    this.profiles.set(`${this.userId} ${field}`, value);
  }

  findOrCreateRoom(): Promise<MatrixRoomId> {
    return Promise.reject(new OracleCallError('ERR_MATRIX_ROOM', 'This account does not open rooms.'));
  }

  async prepareToSend(matrixRoomId: MatrixRoomId): Promise<void> {
    await Promise.resolve();
    this.prepared.push(matrixRoomId);
  }

  approveChangedIdentity(peer: MatrixUserId): Promise<void> {
    this.approved.push(peer);
    return Promise.resolve();
  }

  requestOpenIdToken(): Promise<MatrixOpenIdToken> {
    return Promise.reject(new OracleCallError('ERR_UPSTREAM_HOMESERVER', 'This account asks for no tokens.'));
  }

  ownRecords(): Promise<OwnRecords> {
    return Promise.resolve({
      deriveKey: (label) => fakeAccountKey(this.accountSeed, label),
      fetch: async (_peer, eventId, { signal } = {}) => {
        await this.#request(signal);
        return [...this.events.values()]
          .filter((event) => event.eventId === eventId || event.relation?.eventId === eventId)
          .filter(({ sender, eventId: id }) => sender.userId === this.userId && !this.redacted.includes(id));
      },
      redact: async ({ eventId }, { signal }) => {
        await this.#request(signal);
        if (!this.redacted.includes(eventId)) this.redacted.push(eventId);
      },
    });
  }

  close(): Promise<void> {
    this.#eventListeners = new Set();
    this.#inviteListeners = new Set();
    return Promise.resolve();
  }

  async #request(signal?: AbortSignal): Promise<void> {
    await Promise.resolve();
    signal?.throwIfAborted();
    if (this.failure !== undefined) throw this.failure;
  }
}
