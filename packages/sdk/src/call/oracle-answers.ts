import type { DecryptedEvent, MatrixPort, MatrixUserId } from '@oracle-calls/matrix';
import { CALL_EVENT_TYPE, isCallAnswer, parseCallAnswer, type CallAnswerContent } from '@oracle-calls/protocol';
import type { AnnouncedCall } from './call-announcement.ts';

/** Answers may overtake the response to the call event; more than these few of one oracle are not honest. */
const HELD_MAX = 16;

/**
 * Hears what the oracle's Matrix account says about one call. An answer counts when the Matrix crypto names the oracle's
 * account as sender, in the call's room, related to the call event, **and** when the `callId` inside the ciphertext is the call's.
 */
export class OracleAnswers implements Disposable {
  readonly #oracle: MatrixUserId;
  readonly #listener: (answer: CallAnswerContent) => void;
  readonly #observation: Disposable;
  #call: AnnouncedCall | undefined;
  #held: DecryptedEvent[] = [];

  constructor(matrix: MatrixPort, oracle: MatrixUserId, listener: (answer: CallAnswerContent) => void) {
    this.#oracle = oracle;
    this.#listener = listener;
    this.#observation = matrix.observeEvents((event) => this.#hear(event));
  }

  /** Says which call it is about; what came before is looked at now. */
  bind(call: AnnouncedCall): void {
    this.#call = call;
    const held = this.#held;
    this.#held = [];
    for (const event of held) this.#judge(event, call);
  }

  [Symbol.dispose](): void {
    this.#observation[Symbol.dispose]();
    this.#held = [];
  }

  #hear(event: DecryptedEvent): void {
    if (event.type !== CALL_EVENT_TYPE || event.sender.userId !== this.#oracle || !isCallAnswer(event.content)) return;
    if (this.#call !== undefined) this.#judge(event, this.#call);
    else if (this.#held.length < HELD_MAX) this.#held.push(event);
  }

  #judge(event: DecryptedEvent, call: AnnouncedCall): void {
    if (event.matrixRoomId !== call.matrixRoomId) return;
    if (event.relation?.relType !== 'm.reference' || event.relation.eventId !== call.eventId) return;
    let answer: CallAnswerContent;
    try {
      answer = parseCallAnswer(event.content);
    } catch {
      return;
    }
    if (answer.callId === call.callId) this.#listener(answer);
  }
}
