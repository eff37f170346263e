import type { MatrixEventId, SecretBytes } from '@oracle-calls/protocol';
import type { MatrixRoomId, MatrixUserId, WaitOptions } from './matrix-port.ts';

/**
 * An encrypted event that the homeserver names this account as the sender of. Nobody vouches for that: its key may have come from the account's
 * backup, into which a homeserver can put keys of its own. What is inside must prove itself, by a key of {@link OwnRecords.deriveKey}.
 */
export interface OwnEvent {
  readonly eventId: MatrixEventId;
  readonly matrixRoomId: MatrixRoomId;
  /** As it was encrypted; both are `undefined` when this device cannot open it. */
  readonly type: string | undefined;
  readonly content: unknown;
}

export interface RedactOptions extends WaitOptions {
  /** The same id for every attempt to redact the same event. */
  readonly transactionId: string;
}

/** What an account has written itself. Every method throws `OracleCallError`; aborts rethrow `signal.reason`. */
export interface OwnRecords {
  /**
   * 32 bytes that the account's own cross-signed devices can derive, and nobody else: from the private user-signing key, under `label`. `undefined` on a
   * device that has not got the account's private keys. Another identity of the account gives another key.
   */
  deriveKey(label: string): Promise<SecretBytes | undefined>;
  /**
   * The account's own event with that id and what the account wrote related to it, oldest first, from whichever of the rooms with `peer` it is in. Empty
   * when there is none.
   */
  fetch(peer: MatrixUserId, eventId: MatrixEventId, options?: WaitOptions): Promise<readonly OwnEvent[]>;
  /** Removes the content of an own event at the homeserver, for everybody (Matrix spec, "Redactions"). */
  redact(event: OwnEvent, options: RedactOptions): Promise<void>;
}
