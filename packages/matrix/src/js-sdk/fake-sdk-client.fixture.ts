import type {
  RawEvent,
  RelationsRequest,
  RequestOptions,
  RoomRequest,
  SdkClient,
  SdkCrypto,
  SdkEvent,
  SdkMember,
  SdkRoom,
} from './sdk-client.ts';

/** What a homeserver error of the SDK looks like. */
export class FakeMatrixError extends Error {
  readonly httpStatus: number;
  readonly errcode: string;
  readonly data: { readonly errcode: string; readonly retry_after_ms?: number };
  constructor(httpStatus: number, errcode: string, retryAfterMs?: number) {
    super(errcode);
    this.httpStatus = httpStatus;
    this.errcode = errcode;
    this.data = retryAfterMs === undefined ? { errcode } : { errcode, retry_after_ms: retryAfterMs };
  }
}

/** What the SDK throws when nothing came back. */
export function connectionError(): Error {
  const error = new Error('fetch failed');
  error.name = 'ConnectionError';
  return error;
}

export type Clear = { readonly type: string; readonly content: Record<string, unknown> };

export interface FakeEventFacts {
  readonly id: string;
  readonly room: string;
  readonly sender: string;
  /** Type on the wire; with `m.room.encrypted` the clear text is revealed by decryption. */
  readonly type?: string;
  readonly wire?: Record<string, unknown>;
  readonly clear?: Clear;
  readonly at?: number;
  readonly state?: boolean;
}

export class FakeSdkEvent implements SdkEvent {
  status: string | null = null;
  clear: Clear | undefined;
  isFailed = false;
  isGone = false;
  senderKey: string | null = 'curve25519-key';
  wireType: string;
  wireContent: Record<string, unknown>;
  /** What decryption will find; `undefined` while the key is missing. */
  secret: Clear | undefined;
  readonly facts: FakeEventFacts;

  constructor(facts: FakeEventFacts) {
    this.facts = facts;
    this.wireType = facts.type ?? 'm.room.encrypted';
    this.wireContent = facts.wire ?? {};
    this.secret = facts.clear;
  }

  getId = (): string => this.facts.id;
  getRoomId = (): string => this.facts.room;
  getSender = (): string => this.facts.sender;
  getType = (): string => this.clear?.type ?? this.wireType;
  getWireType = (): string => this.wireType;
  getWireContent = (): object => this.wireContent;
  getOriginalContent = (): unknown => this.clear?.content ?? this.wireContent;
  getClearContent = (): object | null => this.clear?.content ?? null;
  getTs = (): number => this.facts.at ?? 0;
  getSenderKey = (): string | null => this.senderKey;
  isEncrypted = (): boolean => this.wireType === 'm.room.encrypted';
  isState = (): boolean => this.facts.state ?? false;
  isRedacted = (): boolean => this.isGone;
  isDecryptionFailure = (): boolean => this.isFailed;
}

export interface FakeRoomFacts {
  readonly id: string;
  readonly members: readonly SdkMember[];
  readonly createdAt?: number;
  readonly joinRule?: string;
  readonly algorithm?: string | undefined;
  readonly state?: Readonly<Record<string, Record<string, unknown>>>;
  readonly isSpace?: boolean;
}

export class FakeSdkRoom implements SdkRoom {
  readonly roomId: string;
  readonly facts: FakeRoomFacts;
  readonly me: string;
  readonly events = new Map<string, FakeSdkEvent>();
  members: readonly SdkMember[];

  constructor(facts: FakeRoomFacts, me: string) {
    this.facts = facts;
    this.roomId = facts.id;
    this.members = facts.members;
    this.me = me;
  }

  readonly currentState = {
    getStateEvents: (type: string, key: string): SdkEvent | null => {
      const { createdAt = 0, joinRule = 'invite', state = {} } = this.facts;
      const algorithm = 'algorithm' in this.facts ? this.facts.algorithm : 'm.megolm.v1.aes-sha2';
      const known: Record<string, Record<string, unknown>> = {
        'm.room.create': {},
        'm.room.join_rules': { join_rule: joinRule },
        ...(algorithm === undefined ? {} : { 'm.room.encryption': { algorithm } }),
        ...state,
      };
      const wire = known[key === '' ? type : `${type}/${key}`];
      if (wire === undefined) return null;
      const sender = typeof wire['sender'] === 'string' ? wire['sender'] : this.me;
      return new FakeSdkEvent({ id: `$${type}`, room: this.roomId, sender, type, wire, at: createdAt, state: true });
    },
  };

  getMyMembership = (): string => this.getMember(this.me)?.membership ?? 'leave';
  hasEncryptionStateEvent = (): boolean => this.currentState.getStateEvents('m.room.encryption', '') !== null;
  isSpaceRoom = (): boolean => this.facts.isSpace ?? false;
  getJoinedMemberCount = (): number => this.#count('join');
  getInvitedMemberCount = (): number => this.#count('invite');
  getMembers = (): SdkMember[] => [...this.members];
  getMember = (userId: string): SdkMember | null => this.members.find((member) => member.userId === userId) ?? null;
  loadMembersIfNeeded = (): Promise<boolean> => Promise.resolve(false);
  findEventById = (eventId: string): SdkEvent | undefined => this.events.get(eventId);

  #count(membership: string): number {
    return this.members.filter((member) => member.membership === membership).length;
  }
}

/** One request to `authedRequest`. */
export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly body: object | undefined;
}

/** A `matrix-js-sdk` client of which a test writes every answer. */
export class FakeSdkClient implements SdkClient {
  readonly userId: string;
  readonly rooms = new Map<string, FakeSdkRoom>();
  readonly requests: FakeRequest[] = [];
  readonly created: RoomRequest[] = [];
  readonly accountData = new Map<string, Record<string, unknown>>();
  readonly raw = new Map<string, RawEvent>();
  readonly deviceLookups: string[] = [];
  syncState: string | null = 'SYNCING';
  hasCrypto = true;
  isStopped = false;
  encryptions = 0;
  /** Answers to `authedRequest`, in order; the last one stays. */
  answers: ((options: RequestOptions) => Promise<unknown>)[] = [() => Promise.resolve({ event_id: '$sent' })];
  /** Answers to `createRoom`, in order; by default a room appears with the next turn. */
  createAnswers: (() => Promise<{ room_id: string }>)[] = [];
  relationPages: { chunk: RawEvent[]; next_batch?: string }[] = [];
  onFetch: (() => Promise<void>) | undefined;
  /** Reason for a shield, by event id; absent means none. */
  readonly shields = new Map<string, number | null>();
  /** Shields after the sender's devices were looked up. */
  readonly shieldsAfterLookup = new Map<string, number | null>();
  isUndecided = false;
  readonly deviceId = 'DEVICE';
  isOwnDeviceSigned = true;
  /** Who has no cross-signing. */
  readonly withoutIdentity = new Set<string>();
  /** Whose identity is another than the one seen first. */
  readonly changedIdentities = new Set<string>();
  /** Rooms whose outgoing session was thrown away. */
  readonly discarded: string[] = [];
  /** How often a room's key was shared without an event. */
  shares = 0;
  /** What the encryptors were told about devices: 1 is "only signed ones". */
  readonly isolationModes: unknown[] = [];
  onShare: () => Promise<void> = () => Promise.resolve();
  encrypt: (event: FakeSdkEvent) => Promise<void> = (event) => {
    this.encryptions += 1;
    event.wireType = 'm.room.encrypted';
    event.wireContent = { ciphertext: `ciphertext ${this.encryptions}` };
    return Promise.resolve();
  };
  readonly #listeners = new Map<string, Set<(...facts: never[]) => void>>();

  constructor(userId = '@alice:localhost') {
    this.userId = userId;
  }

  readonly http = {
    authedRequest: (
      method: string,
      path: string,
      _query: undefined,
      body: object | undefined,
      options: RequestOptions,
    ): Promise<unknown> => {
      this.requests.push({ method, path, body });
      const [answer] = this.answers.length > 1 ? this.answers.splice(0, 1) : this.answers;
      return answer === undefined ? Promise.reject(connectionError()) : answer(options);
    },
  };

  readonly crypto: SdkCrypto & { roomEncryptors: Record<string, unknown> } = {
    roomEncryptors: {},
    getEncryptionInfoForEvent: (event) =>
      Promise.resolve(this.isUndecided ? null : { shieldReason: this.shields.get(event.getId() ?? '') ?? null }),
    getUserDeviceInfo: ([userId = '']) => {
      this.deviceLookups.push(userId);
      for (const [id, shield] of this.shieldsAfterLookup) this.shields.set(id, shield);
      return Promise.resolve(new Map());
    },
    isEncryptionEnabledInRoom: (roomId) => Promise.resolve(this.rooms.get(roomId)?.hasEncryptionStateEvent() ?? false),
    getUserVerificationStatus: (userId) =>
      Promise.resolve({
        known: !this.withoutIdentity.has(userId),
        needsUserApproval: this.changedIdentities.has(userId),
      }),
    getDeviceVerificationStatus: (userId, deviceId) =>
      Promise.resolve(
        userId === this.userId && deviceId === this.deviceId ? { crossSigningVerified: this.isOwnDeviceSigned } : null,
      ),
    pinCurrentUserIdentity: (userId) => {
      this.changedIdentities.delete(userId);
      this.emit('userTrustStatusChanged', userId);
      return Promise.resolve();
    },
    forceDiscardSession: (roomId) => {
      this.discarded.push(roomId);
      return Promise.resolve();
    },
  };

  on(event: string, listener: (...facts: never[]) => void): this {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return this;
  }

  off(event: string, listener: (...facts: never[]) => void): this {
    this.#listeners.get(event)?.delete(listener);
    return this;
  }

  emit(event: string, ...facts: unknown[]): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) Reflect.apply(listener, undefined, facts);
  }

  get listenerCount(): number {
    return [...this.#listeners.values()].reduce((sum, listeners) => sum + listeners.size, 0);
  }

  addRoom(facts: FakeRoomFacts): FakeSdkRoom {
    const room = new FakeSdkRoom(facts, this.userId);
    this.rooms.set(room.roomId, room);
    if (room.hasEncryptionStateEvent()) this.crypto.roomEncryptors[room.roomId] = this.#encryptor();
    return room;
  }

  /** With the SDK's own numbers of arguments. */
  #encryptor(): object {
    return {
      encryptEvent: async (event: SdkEvent, _blacklist: boolean, mode: unknown) => {
        if (!(event instanceof FakeSdkEvent)) throw new TypeError('not made by the mapper');
        this.isolationModes.push(mode);
        await this.encrypt(event);
      },
      prepareForEncryption: async (_blacklist: boolean, mode: unknown) => {
        this.shares += 1;
        this.isolationModes.push(mode);
        await this.onShare();
      },
    };
  }

  /** The sync brings an event. */
  receive(facts: FakeEventFacts): FakeSdkEvent {
    const event = new FakeSdkEvent(facts);
    this.emit('event', event);
    return event;
  }

  getUserId = (): string => this.userId;
  getDeviceId = (): string => this.deviceId;
  getCrypto = (): SdkCrypto | undefined => (this.hasCrypto ? this.crypto : undefined);
  getSyncState = (): string | null => this.syncState;
  isInitialSyncComplete = (): boolean => this.syncState === 'SYNCING' || this.syncState === 'PREPARED';
  getRoom = (roomId: string): SdkRoom | null => this.rooms.get(roomId) ?? null;
  getRooms = (): SdkRoom[] => [...this.rooms.values()];

  createRoom(request: RoomRequest): Promise<{ room_id: string }> {
    this.created.push(request);
    const scripted = this.createAnswers.shift();
    if (scripted !== undefined) return scripted();
    const id = `!made-${this.created.length}`;
    const invited = (request.invite ?? []).map((userId) => ({ userId, membership: 'invite' }));
    queueMicrotask(() => {
      this.addRoom({ id, members: [{ userId: this.userId, membership: 'join' }, ...invited], createdAt: 1e6 });
      this.emit('Room', this.rooms.get(id));
    });
    return Promise.resolve({ room_id: id });
  }

  joinRoom = (roomId: string): Promise<unknown> => {
    const room = this.rooms.get(roomId);
    if (room === undefined) return Promise.reject(new FakeMatrixError(403, 'M_FORBIDDEN'));
    queueMicrotask(() => {
      room.members = room.members.map((member) =>
        member.userId === this.userId ? { ...member, membership: 'join' } : member,
      );
      this.emit('Room.myMembership', room);
    });
    return Promise.resolve({});
  };
  leave = (roomId: string): Promise<unknown> => {
    this.rooms.delete(roomId);
    return Promise.resolve({});
  };

  getAccountData(type: string): SdkEvent | undefined {
    const wire = this.accountData.get(type);
    return wire === undefined ? undefined : new FakeSdkEvent({ id: '', room: '', sender: '', type, wire });
  }
  setAccountData(type: string, content: object): Promise<unknown> {
    this.accountData.set(type, { ...content });
    return Promise.resolve({});
  }

  getEventMapper() {
    return (raw: RawEvent): SdkEvent =>
      new FakeSdkEvent({
        id: raw.event_id ?? '',
        room: raw.room_id ?? '',
        sender: raw.sender ?? '',
        type: raw.type ?? '',
        wire: { ...raw.content },
        // The test's ciphertext carries its clear text.
        ...(raw.content?.['clear'] === undefined ? {} : { clear: raw.content['clear'] as Clear }),
        at: raw.origin_server_ts ?? 0,
      });
  }

  decryptEventIfNeeded(event: SdkEvent): Promise<void> {
    if (!(event instanceof FakeSdkEvent)) throw new TypeError('a foreign event');
    event.clear = event.secret;
    event.isFailed = event.secret === undefined;
    return Promise.resolve();
  }

  async fetchRoomEvent(_roomId: string, eventId: string): Promise<RawEvent> {
    await this.onFetch?.();
    const raw = this.raw.get(eventId);
    if (raw === undefined) throw new FakeMatrixError(404, 'M_NOT_FOUND');
    return raw;
  }

  fetchRelations(
    _roomId: string,
    _eventId: string,
    _relationType: null,
    _eventType: null,
    { from }: RelationsRequest,
  ): Promise<{ chunk: RawEvent[]; next_batch?: string | undefined }> {
    const page = from === undefined ? 0 : Number(from);
    return Promise.resolve(this.relationPages[page] ?? { chunk: [] });
  }

  openIdAnswer: () => Promise<{ access_token: string; matrix_server_name: string }> = () =>
    Promise.resolve({ access_token: 'token', matrix_server_name: 'localhost' });
  getOpenIdToken = (): Promise<{ access_token: string; matrix_server_name: string }> => this.openIdAnswer();
  stopClient(): void {
    this.isStopped = true;
  }
}
