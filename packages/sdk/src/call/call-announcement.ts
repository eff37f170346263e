import type { MatrixPort, MatrixRoomId, MatrixUserId } from '@oracle-calls/matrix';
import {
  CALL_EVENT_TYPE,
  createCallId,
  OracleCallError,
  type CallEventContent,
  type CallId,
  type EndReason,
  type MatrixEventId,
} from '@oracle-calls/protocol';

/** The whole content of an edit (Matrix spec, "Event replacements"): readers look at `m.new_content` alone. */
export function editOf(eventId: MatrixEventId, content: CallEventContent): object {
  return { 'm.new_content': content, 'm.relates_to': { rel_type: 'm.replace', event_id: eventId } };
}

export interface AnnouncedCall {
  readonly callId: CallId;
  readonly eventId: MatrixEventId;
  readonly matrixRoomId: MatrixRoomId;
}

/** The call event of one call and its edits, sent one after the other so that the last said is the last stored. */
export class CallAnnouncement {
  readonly #matrix: MatrixPort;
  readonly #matrixRoomId: MatrixRoomId;
  readonly #oracle: MatrixUserId;
  #content: CallEventContent;
  readonly #closing = new AbortController();
  readonly #onLeaving: () => void;
  #sending: Promise<AnnouncedCall> | undefined;
  #lastEdit: Promise<unknown> = Promise.resolve();

  /** `onLeaving` is told when the event is encrypted and leaves. */
  constructor(
    matrix: MatrixPort,
    matrixRoomId: MatrixRoomId,
    oracle: MatrixUserId,
    content: CallEventContent,
    onLeaving: () => void,
  ) {
    this.#onLeaving = onLeaving;
    this.#matrix = matrix;
    this.#matrixRoomId = matrixRoomId;
    this.#oracle = oracle;
    this.#content = content;
  }

  /**
   * Sends the event, once. An abort would not tell whether Matrix took it, so only {@link close} stops it: whoever ends the
   * call waits for it and then ends the record.
   *
   * @throws {OracleCallError} `ERR_MATRIX_*`
   */
  send(): Promise<AnnouncedCall> {
    this.#sending ??= this.#send();
    return this.#sending;
  }

  /** Gives up what is still being sent. */
  close(): void {
    this.#closing.abort(new OracleCallError('ERR_CALL_ENDED'));
  }

  async #send(): Promise<AnnouncedCall> {
    const { signal } = this.#closing;
    const options = { transactionId: crypto.randomUUID(), peer: this.#oracle, signal, onSending: this.#onLeaving };
    const eventId = await this.#matrix.sendEvent(this.#matrixRoomId, CALL_EVENT_TYPE, this.#content, options);
    const callId = createCallId(eventId, this.#content.roomId);
    this.#content = { ...this.#content, callId };
    return { callId, eventId, matrixRoomId: this.#matrixRoomId };
  }

  /** The call's id once Matrix has taken the event; `undefined` when it was never sent. */
  async sentCallId(): Promise<CallId | undefined> {
    return (await this.#sending)?.callId;
  }

  /** The first edit: the event's id is known now, so `callId` is. */
  addCallId(signal: AbortSignal): Promise<void> {
    return this.#edit((content) => content, signal);
  }

  /** The last edit. Does nothing when the event was never sent. */
  async end(reason: EndReason, endedAt: string, signal: AbortSignal): Promise<void> {
    if (this.#sending === undefined) return;
    await this.#edit(
      (content) => ({ ...content, callStatus: 'ended', callEndedAt: endedAt, endReason: reason }),
      signal,
    );
  }

  #edit(change: (content: CallEventContent) => CallEventContent, signal: AbortSignal): Promise<void> {
    const edit = async (): Promise<void> => {
      const sent = await this.send();
      signal.throwIfAborted();
      this.#content = change(this.#content);
      const options = { transactionId: crypto.randomUUID(), peer: this.#oracle, signal };
      await this.#matrix.sendEvent(this.#matrixRoomId, CALL_EVENT_TYPE, editOf(sent.eventId, this.#content), options);
    };
    // A failed edit does not keep the next from being sent.
    const queued = this.#lastEdit.then(edit);
    this.#lastEdit = queued.catch(() => undefined);
    return queued;
  }
}
