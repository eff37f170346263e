import type { Clock } from '@oracle-calls/protocol';
import type { DataPayload } from '@oracle-calls/protocol/data-frame';
import type { UserHandshakeOptions } from '@oracle-calls/protocol/handshake';
import type { FrameKeys, LinkEvents, SendFrame } from '@oracle-calls/protocol/secure-link';

/** The user's end of the secure link as a call uses it: `UserLink`, or a script in tests. */
export interface OracleLink {
  /** Takes what came, in its order. Never throws. */
  receive(frame: Uint8Array, senderIdentity: string | undefined): void;
  /** Seals and sends, in order. @throws {OracleCallError} `ERR_KEY_*`, `ERR_DATA_*` */
  send(payload: DataPayload): Promise<void>;
  /** Asks the oracle for new keys. */
  requestRekey(): Promise<void>;
  close(): void;
}

export interface OracleLinkOptions {
  readonly clock: Clock;
  readonly frameKeys: FrameKeys;
  readonly send: SendFrame;
  readonly events: LinkEvents;
  readonly handshake: UserHandshakeOptions;
}
