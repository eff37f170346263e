import { createPayloadId, encodePayload } from '@oracle-calls/protocol/data-frame';
import type { ChatPayload, QuestionChoice, QuestionPayload } from '@oracle-calls/protocol/data-frame';
import type { ApprovalRequest } from '../tools/approval.ts';

/*
 * What is shown to the user. Checked here, before anybody waits for an answer: what does not fit is refused whole and never cut, since the user would
 * agree to less than is done. All throw `ERR_DATA_MALFORMED` or `ERR_DATA_TOO_LARGE`.
 */

export function approvalQuestion(
  { tool, description, argumentsText }: ApprovalRequest,
  waitsMs: number,
): QuestionPayload {
  const text = description;
  return checked({ id: createPayloadId(), kind: 'question', asks: 'approval', tool, text, argumentsText, waitsMs });
}

export function choiceQuestion(text: string, choices: readonly QuestionChoice[], waitsMs: number): QuestionPayload {
  const whole = Math.round(waitsMs);
  return checked({ id: createPayloadId(), kind: 'question', asks: 'choice', text, choices, waitsMs: whole });
}

export function chatMessage(text: string, sentAt: number): ChatPayload {
  return checked({ id: createPayloadId(), kind: 'chat', text, sentAt });
}

function checked<P extends QuestionPayload | ChatPayload>(payload: P): P {
  encodePayload(payload);
  return payload;
}
