import { OracleCallError } from '../errors/oracle-call-error.ts';
import type { FrameHeader } from '../frame/frame-header.ts';

/**
 * Checks that a rekey message belongs to the session's attempt and comes from its other end.
 *
 * @throws {OracleCallError} `ERR_HANDSHAKE_STALE`, `ERR_HANDSHAKE_ORDER`, `ERR_HANDSHAKE_IDENTITY`
 */
export function checkExchange(
  { attempt }: Pick<FrameHeader, 'attempt'>,
  senderIdentity: string,
  peerIdentity: string,
  session: Pick<FrameHeader, 'attempt'>,
): void {
  if (attempt < session.attempt) throw new OracleCallError('ERR_HANDSHAKE_STALE');
  if (attempt > session.attempt) throw new OracleCallError('ERR_HANDSHAKE_ORDER');
  if (senderIdentity !== peerIdentity) throw new OracleCallError('ERR_HANDSHAKE_IDENTITY');
}
