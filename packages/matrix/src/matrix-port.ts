import type { MatrixEventId } from '@oracle-calls/protocol';
import type { OwnRecords } from './own-records.ts';

export type { OwnEvent, OwnRecords, RedactOptions } from './own-records.ts';

declare const matrixRoomIdBrand: unique symbol;
declare const matrixUserIdBrand: unique symbol;

/** Named, so that declarations that were inferred can name it. */
export interface MatrixRoomIdBrand {
  readonly [matrixRoomIdBrand]: true;
}

/** A Matrix room id such as `!abc:example.org`. Never the SFU room's name. */
export type MatrixRoomId = string & MatrixRoomIdBrand;
/** Named, so that declarations that were inferred can name it. */
export interface MatrixUserIdBrand {
  readonly [matrixUserIdBrand]: true;
}

/** A Matrix user id such as `@oracle:example.org`. */
export type MatrixUserId = string & MatrixUserIdBrand;

/** Who sent an event, as the Matrix crypto says it: the owner of the Megolm session. Never taken from content. */
export interface VerifiedSender {
  readonly userId: MatrixUserId;
  /** Curve25519 key of the sending device; names the device that encrypted. */
  readonly deviceKey: string;
}

export interface EventRelation {
  readonly relType: string;
  readonly eventId: string;
}

/** An event that was end-to-end encrypted and decrypted here. Nothing else ever comes out of a `MatrixPort`. */
export interface DecryptedEvent {
  readonly eventId: MatrixEventId;
  readonly matrixRoomId: MatrixRoomId;
  readonly type: string;
  readonly sender: VerifiedSender;
  /** Untrusted: parse it. For an edit this is the outer content, with `m.new_content` inside. Never the aggregated content. */
  readonly content: unknown;
  /** `m.relates_to`, which stands outside the ciphertext: a hint, not a fact. */
  readonly relation: EventRelation | undefined;
  /** The homeserver's clock, epoch milliseconds: untrusted. */
  readonly originServerAt: number;
}

export interface SendOptions {
  /** The same id for every attempt to send the same thing (Matrix spec, "Transaction identifiers"). */
  readonly transactionId: string;
  /** For whom: nothing is sent unless the room's members are exactly this account and they. */
  readonly peer: MatrixUserId;
  readonly signal?: AbortSignal | undefined;
  /** Told when the event is encrypted and its first request goes out. */
  readonly onSending?: (() => void) | undefined;
  /** Lets the request outlive the page, where the platform can (`keepalive` of fetch, at most 64 KiB in flight). */
  readonly isKeptAlive?: boolean | undefined;
}

export interface PrepareOptions extends WaitOptions {
  /** As in {@link SendOptions}. */
  readonly peer: MatrixUserId;
}

export interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
}

/** The OpenID token of the Matrix client-server API ("OpenID"); a bearer secret. */
export interface MatrixOpenIdToken {
  readonly access_token: string;
  readonly matrix_server_name: string;
}

/**
 * What calls need of a Matrix client. Narrow on purpose: third-party SDKs appear in adapters only.
 * Every method throws `OracleCallError` (`ERR_MATRIX_*`, `ERR_UPSTREAM_HOMESERVER`); aborts rethrow `signal.reason`.
 */
export interface MatrixPort {
  readonly userId: MatrixUserId;
  /** The newest encrypted room that has exactly this account and `peer` as members (joined or invited), or a new one. */
  findOrCreateRoom(peer: MatrixUserId, options?: WaitOptions): Promise<MatrixRoomId>;
  /**
   * Shares the room's outgoing session ahead of the first event, so that sending costs one request. Waits a bounded moment for
   * invited members to join: whoever joins later has to be shared with again.
   */
  prepareToSend(room: MatrixRoomId, options: PrepareOptions): Promise<void>;
  /**
   * Encrypts for the cross-signed devices of this account and the peer, and sends; retries with exponential backoff and
   * jitter under one transaction id.
   *
   * @throws `ERR_MATRIX_MEMBERS`, `ERR_MATRIX_CROSS_SIGNING`, `ERR_MATRIX_IDENTITY_CHANGED`: nothing was sent
   */
  sendEvent(room: MatrixRoomId, type: string, content: object, options: SendOptions): Promise<MatrixEventId>;
  /** One event by its id, decrypted. @throws `ERR_MATRIX_EVENT_NOT_FOUND`, `ERR_MATRIX_UNDECRYPTABLE`, `ERR_MATRIX_NOT_ENCRYPTED`, `ERR_MATRIX_SENDER`, `ERR_MATRIX_IDENTITY_CHANGED` */
  fetchEvent(room: MatrixRoomId, eventId: MatrixEventId, options?: WaitOptions): Promise<DecryptedEvent>;
  /** Every decrypted event of the account's rooms, as it arrives (also those that decrypt late). Plaintext events are dropped. */
  observeEvents(listener: (event: DecryptedEvent) => void): Disposable;
  /** Takes the peer's new Matrix identity as theirs, once a person has decided that. @throws `ERR_MATRIX_CROSS_SIGNING` */
  approveChangedIdentity(peer: MatrixUserId, options?: WaitOptions): Promise<void>;
  requestOpenIdToken(options?: WaitOptions): Promise<MatrixOpenIdToken>;
  /** What an account says of itself, by its homeserver's word; `undefined` when it says nothing under this name. Untrusted: parse it. */
  readProfileField(userId: MatrixUserId, field: string, options?: WaitOptions): Promise<unknown>;
  /** What this account has written itself, also on other devices. Loaded when it is first asked for. */
  ownRecords(): Promise<OwnRecords>;
}

/** An invitation to a room. */
export interface RoomInvite {
  readonly matrixRoomId: MatrixRoomId;
  readonly inviter: MatrixUserId;
  readonly isEncrypted: boolean;
  readonly isDirect: boolean;
}

/** What the oracle's own account does on top: it answers invitations. */
export interface MatrixAccountPort extends MatrixPort {
  /**
   * Invitations as they come, after those that were pending when the account was opened.
   * The account holds invitations and decrypted events until the first listener of `observeInvites` / `observeEvents` is
   * there, so that nothing that came with the first sync after a restart is lost between opening and listening.
   */
  observeInvites(listener: (invite: RoomInvite) => void): Disposable;
  /** Whether the last sync with the homeserver succeeded (readiness, not liveness). */
  isSyncing(): boolean;
  /** When the homeserver last answered a sync, epoch milliseconds. It holds a sync that has nothing to tell for half a minute. */
  lastSyncAt(): number | undefined;
  joinRoom(room: MatrixRoomId, options?: WaitOptions): Promise<void>;
  leaveRoom(room: MatrixRoomId, options?: WaitOptions): Promise<void>;
  /** Events of a call event: every event in the room that relates to it, oldest first, decrypted ones only. */
  fetchRelations(room: MatrixRoomId, eventId: MatrixEventId, options?: WaitOptions): Promise<readonly DecryptedEvent[]>;
  /** Says something of this account in its profile, for whoever asks its homeserver. */
  setProfileField(field: string, value: string, options?: WaitOptions): Promise<void>;
  /** Stops syncing and closes the stores. Idempotent. */
  close(): Promise<void>;
}
