import {
  CALL_EVENT_TYPE,
  parseMatrixEventId,
  RING_ANSWER_EVENT_TYPE,
  type Did,
  type Logger,
  type MatrixEventId,
} from '@oracle-calls/protocol';
import type { DecryptedEvent, MatrixAccountPort, MatrixRoomId } from '@oracle-calls/matrix/port';
import type { BackgroundWork } from '../background/background-work.ts';
import { errorFields } from '../background/error-fields.ts';
import type { RingService } from '../rings/ring-service.ts';
import type { Store } from '../store/store.ts';
import type { CallIntake } from './call-intake.ts';
import { looksLikeEdit, type EditIntake } from './edit-intake.ts';
import type { InviteDesk } from './invite-desk.ts';

/** Call events whose edits are kept because they came first; an event that decrypts late is seconds late, not more. */
const EARLY_EDITS_MAX = 256;

const OUR_TYPES: ReadonlySet<string> = new Set([CALL_EVENT_TYPE, RING_ANSWER_EVENT_TYPE]);

export interface MatrixListenerDeps {
  readonly oracleDid: Did;
  readonly matrix: MatrixAccountPort;
  readonly invites: InviteDesk;
  readonly callIntake: CallIntake;
  readonly editIntake: EditIntake;
  readonly rings: Pick<RingService, 'takeAnswer'>;
  readonly store: Store;
  readonly logger: Logger;
  readonly background: BackgroundWork;
  readonly closing: AbortSignal;
}

/** Follows one oracle's Matrix account: invites, call events and their edits, people's answers to rings, one after the other in each room. */
export class MatrixListener implements Disposable {
  readonly #deps: MatrixListenerDeps;
  readonly #subscriptions = new DisposableStack();
  readonly #earlyEdits = new Map<string, DecryptedEvent[]>();
  readonly #tails = new Map<MatrixRoomId, Promise<void>>();

  constructor(deps: MatrixListenerDeps) {
    this.#deps = deps;
  }

  /** Begins to listen; what the account held until now comes first. */
  start(): void {
    const { matrix, invites } = this.#deps;
    this.#subscriptions.use(matrix.observeEvents((event) => this.#enqueue(event)));
    this.#subscriptions.use(matrix.observeInvites((invite) => invites.take(invite)));
  }

  /**
   * After a restart: reads the edits of every live call of this oracle from the homeserver, so that an end that came while nobody
   * listened is not missed. Taking an edit twice changes nothing.
   */
  async resume(): Promise<void> {
    const { oracleDid, matrix, store, logger, closing } = this.#deps;
    for (const call of await store.calls.listLive()) {
      if (call.oracleDid !== oracleDid) continue;
      try {
        const related = await matrix.fetchRelations(call.matrixRoomId, call.eventId, { signal: closing });
        for (const event of related) this.#enqueue(event);
      } catch (error) {
        if (closing.aborted) return;
        logger.warn('edits not read', { callId: call.callId, ...errorFields(error) });
      }
    }
  }

  [Symbol.dispose](): void {
    this.#subscriptions.dispose();
  }

  /**
   * In each room one event at a time, in the order of their coming: an edit never overtakes what it edits, which is in the same room.
   * Rooms do not wait for each other: checking an envelope may take as long as somebody's DID resolver takes.
   */
  #enqueue(event: DecryptedEvent): void {
    // Everything else in these rooms, and what we say ourselves, are none of our business.
    if (!OUR_TYPES.has(event.type) || event.sender.userId === this.#deps.matrix.userId) return;
    const taken = (this.#tails.get(event.matrixRoomId) ?? Promise.resolve()).then(() => this.#take(event));
    const tail = taken
      .catch(() => undefined)
      .then(() => {
        if (this.#tails.get(event.matrixRoomId) === tail) this.#tails.delete(event.matrixRoomId);
      });
    this.#tails.set(event.matrixRoomId, tail);
    this.#deps.background.run('matrix event', () => taken);
  }

  async #take(event: DecryptedEvent): Promise<void> {
    const { oracleDid, callIntake, rings, logger } = this.#deps;
    if (event.type === RING_ANSWER_EVENT_TYPE) {
      await rings.takeAnswer(oracleDid, event);
      return;
    }
    if (!looksLikeEdit(event)) {
      await callIntake.take(event);
      const early = this.#earlyEdits.get(event.eventId) ?? [];
      this.#earlyEdits.delete(event.eventId);
      for (const edit of early) await this.#takeEdit(event.eventId, edit);
      return;
    }
    if (event.relation === undefined) {
      logger.warn('call edit ignored', { editId: event.eventId, code: 'ERR_PROTOCOL_MALFORMED' });
      return;
    }
    await this.#takeEdit(event.relation.eventId, event);
  }

  async #takeEdit(editedId: string, edit: DecryptedEvent): Promise<void> {
    const { store, editIntake, logger } = this.#deps;
    const eventId = toEventId(editedId);
    const call = eventId === undefined ? undefined : await store.calls.findByEventId(eventId);
    if (call !== undefined) {
      await editIntake.take(call, edit);
      return;
    }
    const isRefused = eventId === undefined || (await store.notices.findRefusedEvent(eventId)) !== undefined;
    if (isRefused) {
      logger.warn('call edit ignored', { editId: edit.eventId, code: 'ERR_CALL_NOT_FOUND' });
      return;
    }
    this.#keepEarly(editedId, edit);
  }

  #keepEarly(editedId: string, edit: DecryptedEvent): void {
    const edits = this.#earlyEdits.get(editedId) ?? [];
    // Two honest edits exist: the one that adds the call id and the one that ends the call.
    this.#earlyEdits.set(editedId, [...edits, edit].slice(-4));
    const [oldest] = this.#earlyEdits.keys();
    if (this.#earlyEdits.size > EARLY_EDITS_MAX && oldest !== undefined) this.#earlyEdits.delete(oldest);
    this.#deps.logger.debug('call edit came first', { editId: edit.eventId });
  }
}

function toEventId(text: string): MatrixEventId | undefined {
  try {
    return parseMatrixEventId(text);
  } catch {
    return undefined;
  }
}
