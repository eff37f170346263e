import { OracleCallError, type EndReason } from '@oracle-calls/protocol';

/**
 * The room may be closed before Matrix delivers the oracle's reason. Usually that takes a tenth of a second; 3 s were seen to be too
 * short on a busy machine, and a failure then looked like an ordinary end. Longer only delays saying that an oracle without a reason left.
 */
export const CLOSING_REASON_MS = 8_000;

/** The record's word for a failure on this side. `cancelled` also stands for "the caller's client gave up". */
export function reasonOf(error: OracleCallError): EndReason {
  if (error.code === 'ERR_MEDIA_ORACLE_ABSENT') return 'oracle-absent';
  return /^ERR_(?:MEDIA|HANDSHAKE)_/.test(error.code) ? 'media-failed' : 'cancelled';
}

/** The error that a user is shown when the other side says why it ended the call; ordinary endings are none. */
export function errorOf(reason: EndReason): OracleCallError | undefined {
  switch (reason) {
    case 'invalid-authentication':
      return new OracleCallError('ERR_AUTH_INVALID_AUTHENTICATION', undefined, { details: { reason } });
    case 'agent-failed':
      return new OracleCallError('ERR_UPSTREAM_BACKEND', "The oracle's side of the call broke.", {
        details: { reason },
      });
    case 'oracle-absent':
      return new OracleCallError('ERR_MEDIA_ORACLE_ABSENT', undefined, { details: { reason } });
    case 'connection-lost':
    case 'media-failed':
      return connectionLost();
    case 'hangup':
    case 'completed':
    case 'replaced':
    case 'cancelled':
    case 'expired':
      return undefined;
  }
}

export const connectionLost = (): OracleCallError =>
  new OracleCallError('ERR_MEDIA_CONNECT', 'The connection was lost.', { details: { reason: 'connection-lost' } });
