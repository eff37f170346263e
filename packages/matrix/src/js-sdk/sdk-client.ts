/**
 * The part of `matrix-js-sdk` 43 that calls use, as structure: the SDK's own classes fit it (the compiler checks that where
 * `createMatrixPort` takes a `MatrixClient`), so nothing of it is imported at run time, and a test's fake is a page long.
 */
import type { IEvent } from 'matrix-js-sdk';

export type RawEvent = Partial<IEvent>;

export interface SdkEvent {
  /** Set while the event is a local echo. */
  readonly status: string | null;
  getId(): string | undefined;
  getRoomId(): string | undefined;
  getSender(): string | undefined;
  getType(): string;
  getWireType(): string;
  getWireContent(): object;
  /** Content as sent: never that of an edit. */
  getOriginalContent(): unknown;
  getClearContent(): object | null;
  getTs(): number;
  getSenderKey(): string | null;
  isEncrypted(): boolean;
  isState(): boolean;
  isRedacted(): boolean;
  isDecryptionFailure(): boolean;
}

export interface SdkMember {
  readonly userId: string;
  readonly membership?: string | undefined;
}

export interface SdkRoom {
  readonly roomId: string;
  readonly currentState: { getStateEvents(type: string, stateKey: string): SdkEvent | null };
  getMyMembership(): string;
  hasEncryptionStateEvent(): boolean;
  isSpaceRoom(): boolean;
  getJoinedMemberCount(): number;
  getInvitedMemberCount(): number;
  getMembers(): SdkMember[];
  getMember(userId: string): SdkMember | null;
  loadMembersIfNeeded(): Promise<boolean>;
  findEventById(eventId: string): SdkEvent | undefined;
}

export interface SdkCrypto {
  getEncryptionInfoForEvent(event: SdkEvent): Promise<{ readonly shieldReason: number | null } | null>;
  getUserDeviceInfo(userIds: string[], downloadUncached?: boolean): Promise<unknown>;
  isEncryptionEnabledInRoom(roomId: string): Promise<boolean>;
  /** `known`: they have a cross-signing identity. `needsUserApproval`: it is not the one that was seen first. */
  getUserVerificationStatus(userId: string): Promise<{ readonly known: boolean; readonly needsUserApproval: boolean }>;
  /** `crossSigningVerified`: signed by its owner's identity, and that identity is the owner's for us. */
  getDeviceVerificationStatus(
    userId: string,
    deviceId: string,
  ): Promise<{ readonly crossSigningVerified: boolean } | null>;
  pinCurrentUserIdentity(userId: string): Promise<void>;
  /** The next event gets a new room key. */
  forceDiscardSession(roomId: string): Promise<void>;
  /** The account's private cross-signing keys, in base64. Rejects on a device that has not all of them. */
  exportSecretsBundle?(): Promise<{ readonly cross_signing?: { readonly user_signing_key: string } | undefined }>;
}

export interface RoomRequest {
  readonly preset?: string;
  readonly visibility?: string;
  readonly invite?: string[];
  readonly is_direct?: boolean;
  readonly initial_state?: { readonly type: string; readonly state_key?: string; readonly content: object }[];
}

/** Without `dir` a homeserver goes backwards, newest first (Matrix spec, "Relationships API"). */
export interface RelationsRequest {
  readonly limit?: number;
  readonly from?: string;
}

export interface RequestOptions {
  readonly abortSignal?: AbortSignal;
  readonly keepAlive?: boolean;
}

export interface SdkClient {
  readonly http: {
    authedRequest(
      method: string,
      path: string,
      query: undefined,
      body: object | undefined,
      options: RequestOptions,
    ): Promise<unknown>;
  };
  on(event: string, listener: (...facts: never[]) => void): unknown;
  off(event: string, listener: (...facts: never[]) => void): unknown;
  getUserId(): string | null;
  getDeviceId(): string | null;
  getCrypto(): SdkCrypto | undefined;
  getSyncState(): string | null;
  isInitialSyncComplete(): boolean;
  getRoom(roomId: string): SdkRoom | null;
  getRooms(): SdkRoom[];
  createRoom(request: RoomRequest): Promise<{ room_id: string }>;
  joinRoom(roomId: string): Promise<unknown>;
  leave(roomId: string): Promise<unknown>;
  getAccountData(type: string): SdkEvent | undefined;
  setAccountData(type: string, content: object): Promise<unknown>;
  getEventMapper(options: { preventReEmit: boolean; decrypt: boolean }): (raw: RawEvent) => SdkEvent;
  decryptEventIfNeeded(event: SdkEvent): Promise<void>;
  fetchRoomEvent(roomId: string, eventId: string): Promise<RawEvent>;
  fetchRelations(
    roomId: string,
    eventId: string,
    relationType: null,
    eventType: null,
    options: RelationsRequest,
  ): Promise<{ chunk: RawEvent[]; next_batch?: string | undefined }>;
  getOpenIdToken(): Promise<{ access_token: string; matrix_server_name: string }>;
  stopClient(): void;
}

/** Names of the SDK's notices, which it exports as run-time enums. */
export const SDK_NOTICE = {
  event: 'event',
  decrypted: 'Event.decrypted',
  room: 'Room',
  myMembership: 'Room.myMembership',
  roomState: 'RoomState.events',
  sync: 'sync',
  devicesUpdated: 'crypto.devicesUpdated',
  identityUpdated: 'userTrustStatusChanged',
  loggedOut: 'Session.logged_out',
} as const;

export const MEGOLM_EVENT = 'm.room.encrypted';
