import type { CallType, Did, MatrixEventId } from '@oracle-calls/protocol';
import type { OracleCall } from '../call/oracle-call.ts';

/** How a ring went on. `elsewhere`: another device of this account answered or declined. `cancelled`: the oracle took it back. */
export type RingStatus = 'ringing' | 'accepted' | 'declined' | 'elsewhere' | 'lapsed' | 'cancelled';

/** An oracle's call to this person. Instants are epoch milliseconds by this machine's clock. */
export interface Ring {
  readonly ringEventId: MatrixEventId;
  /** Checked against the sender: the account that this DID's document names. */
  readonly oracleDid: Did;
  readonly type: CallType;
  /** The oracle's chat session that the call would belong to. */
  readonly sessionId: string | undefined;
  /** Why it rings, in the oracle's words; show it as theirs. */
  readonly reason: string | undefined;
  readonly lapsesAt: number;
  readonly status: RingStatus;
}

export interface AcceptOptions {
  readonly signal?: AbortSignal | undefined;
  /** As in `CallOptions`: false when absent. */
  readonly keepsTranscript?: boolean | undefined;
  /** As in `CallOptions`: true when absent. */
  readonly remembers?: boolean | undefined;
}

/**
 * Calls of oracles to this account. An oracle may ring once this device has called it, or when the application was made for it. A second one
 * waits, silent, while another rings or there is a call; whatever lapses meanwhile, or came while nobody was here, is told as `lapsed`: a missed call.
 */
export interface Rings {
  /** The ring that waits for an answer; the same object until it changes. */
  readonly current: Ring | undefined;
  /** Hears of every ring and of each change of one, from now on. Dispose to stop. */
  observe(listener: (ring: Ring) => void): Disposable;
  /**
   * Answers: an ordinary call by this account whose signed context names the ring. Call it from a click.
   *
   * @throws {OracleCallError} `ERR_CALL_ENDED` when the ring is over, `ERR_CALL_IN_PROGRESS`
   */
  accept(ring: Ring, options?: AcceptOptions): OracleCall;
  /** Declines, here and on this account's other devices. One that is over is left as it is. @throws {OracleCallError} `ERR_MATRIX_*` */
  decline(ring: Ring): Promise<void>;
}
