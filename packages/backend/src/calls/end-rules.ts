import { canMove, OracleCallError, type CallStatus, type EndReason } from '@oracle-calls/protocol';
import type { UpdateRequest } from '@oracle-calls/protocol/http';
import type { Principal } from '../auth/principal.ts';
import type { Call } from './call.ts';

/** The reasons that each side can know. `expired` is the backend's own. */
export const END_REASONS_OF: Readonly<Record<Principal['kind'], readonly EndReason[]>> = {
  user: ['hangup', 'replaced', 'cancelled', 'connection-lost', 'media-failed', 'oracle-absent', 'agent-failed'],
  agent: ['hangup', 'completed', 'connection-lost', 'media-failed', 'agent-failed', 'invalid-authentication'],
};

/**
 * The reason with which an update ends the call, or `undefined` when there is nothing to do.
 *
 * @throws {OracleCallError} `ERR_CALL_TRANSITION`, `ERR_AUTH_FORBIDDEN`, `ERR_PROTOCOL_MALFORMED`
 */
export function decideUpdate(call: Call, principal: Principal, update: UpdateRequest): EndReason | undefined {
  const wanted: CallStatus = update.callStatus;
  if (wanted === 'ended') {
    // Checked even when the call has ended: a request that may not be made is refused in every state.
    const reason = update.endReason ?? (principal.kind === 'user' ? 'hangup' : undefined);
    if (reason === undefined) {
      throw new OracleCallError('ERR_PROTOCOL_MALFORMED', undefined, { details: { issues: ['endReason: missing'] } });
    }
    if (!END_REASONS_OF[principal.kind].includes(reason)) {
      throw new OracleCallError('ERR_AUTH_FORBIDDEN', `The reason ${reason} is not for this caller to give.`);
    }
    return call.callStatus === 'ended' ? undefined : reason;
  }
  if (wanted === call.callStatus) return undefined;
  if (!canMove(call.callStatus, wanted)) throw new OracleCallError('ERR_CALL_TRANSITION');
  throw new OracleCallError('ERR_AUTH_FORBIDDEN', 'An update can only end a call.');
}
