import {
  OracleCallError,
  canMove,
  findForbiddenEdit,
  isOracleCallError,
  parseCallEvent,
  type CallEventContent,
  type Did,
  type Logger,
} from '@oracle-calls/protocol';
import type { DecryptedEvent } from '@oracle-calls/matrix/port';
import { acceptedContent, type Call } from '../calls/call.ts';
import type { CallService } from '../calls/call-service.ts';
import { END_REASONS_OF } from '../calls/end-rules.ts';

export interface EditIntakeDeps {
  /** The oracle whose account the edits come to: calls of another one are none of its business. */
  readonly oracleDid: Did;
  readonly calls: CallService;
  readonly logger: Logger;
}

/** What an edit would put in place of the event's content (Matrix spec, "Event replacements"). */
function newContentOf(content: unknown): unknown {
  return typeof content === 'object' && content !== null && 'm.new_content' in content
    ? content['m.new_content']
    : undefined;
}

/** Whether an event edits another one, as far as both its relation and its content say. */
export function looksLikeEdit({ relation, content }: DecryptedEvent): boolean {
  return relation?.relType === 'm.replace' || newContentOf(content) !== undefined;
}

/** Follows the caller's edits of a call event. An edit that may not be made changes nothing and is logged by its code. */
export class EditIntake {
  readonly #deps: EditIntakeDeps;

  constructor(deps: EditIntakeDeps) {
    this.#deps = deps;
  }

  async take(call: Call, event: DecryptedEvent): Promise<void> {
    const { calls, logger } = this.#deps;
    let level: 'debug' | 'warn' = 'warn';
    try {
      const edited = this.#check(call, event);
      // The edit that adds the call id says 'pending' and may well come after the sync: nobody did anything wrong.
      if (edited.callStatus === 'pending') level = 'debug';
      if (edited.callStatus === call.callStatus) return;
      if (!canMove(call.callStatus, edited.callStatus)) throw new OracleCallError('ERR_CALL_TRANSITION');
      if (edited.callStatus === 'active') {
        await calls.activate(call.callId);
        return;
      }
      const reason = edited.endReason ?? 'hangup';
      await calls.end(call, END_REASONS_OF.user.includes(reason) ? reason : 'hangup', 'edit');
    } catch (error) {
      if (!isOracleCallError(error) || error.code === 'ERR_INTERNAL') throw error;
      const { field } = error.details;
      logger[level]('call edit ignored', {
        callId: call.callId,
        editId: event.eventId,
        code: error.code,
        ...(typeof field === 'string' ? { field } : {}),
        'pii.sender': event.sender.userId,
      });
    }
  }

  #check(call: Call, { matrixRoomId, sender, relation, content }: DecryptedEvent): CallEventContent {
    if (relation?.relType !== 'm.replace' || relation.eventId !== call.eventId) {
      throw new OracleCallError('ERR_PROTOCOL_MALFORMED');
    }
    if (call.oracleDid !== this.#deps.oracleDid) throw new OracleCallError('ERR_AUTH_FORBIDDEN');
    if (sender.userId !== call.matrixUserId) throw new OracleCallError('ERR_AUTH_FORBIDDEN');
    if (matrixRoomId !== call.matrixRoomId) throw new OracleCallError('ERR_CALL_REPLAYED');
    const edited = parseCallEvent(newContentOf(content));
    if (edited.callId !== call.callId) throw new OracleCallError('ERR_PROTOCOL_CALL_ID');
    const field = findForbiddenEdit(acceptedContent(call, edited), edited);
    if (field !== undefined) throw new OracleCallError('ERR_AUTH_FORBIDDEN', undefined, { details: { field } });
    return edited;
  }
}
