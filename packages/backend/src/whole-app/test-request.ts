import type { CallId, MatrixEventId, SfuRoomName } from '@oracle-calls/protocol';
import type { DecryptedEvent } from '@oracle-calls/matrix/port';

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface RequestOptions {
  readonly token?: string | undefined;
  readonly json?: unknown;
  readonly body?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** The socket's peer; none unless told. */
  readonly peer?: string;
}

/** A call as a test placed it. */
export interface PlacedCall {
  readonly callId: CallId;
  readonly eventId: MatrixEventId;
  readonly sfuRoomName: SfuRoomName;
  readonly content: Record<string, unknown>;
  readonly event: DecryptedEvent;
}
