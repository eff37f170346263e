import { isMatrixUserId, type MatrixPort, type MatrixRoomId, type MatrixUserId } from '@oracle-calls/matrix';
import {
  CALL_EVENT_TYPE,
  CALL_TYPES,
  callIdSchema,
  didSchema,
  matrixEventIdSchema,
  parseCallEvent,
  sessionIdSchema,
  type Clock,
} from '@oracle-calls/protocol';
import * as v from 'valibot';
import { editOf } from '../call/call-announcement.ts';

/** Resuming is offered this long after the page went away: later the oracle has long stopped waiting, and so has the person. */
export const RESUME_OFFER_MS = 10 * 60_000;

const STORAGE_KEY = 'oracle-calls.call';

const interruptedCallSchema = v.object({
  callId: callIdSchema,
  eventId: matrixEventIdSchema,
  matrixRoomId: v.custom<MatrixRoomId>((text) => typeof text === 'string' && /^![^\s]{1,254}$/.test(text)),
  backendUrl: v.pipe(v.string(), v.url()),
  callType: v.picklist(CALL_TYPES),
  sessionId: sessionIdSchema,
  oracleDid: didSchema,
  oracleUserId: v.custom<MatrixUserId>(isMatrixUserId),
  userId: v.string(),
  seenAt: v.number(),
});

/** A call that this tab was in when it was reloaded. It holds ids only: the key is gone with the page. */
export type InterruptedCall = v.InferOutput<typeof interruptedCallSchema>;

/** The part of `Storage` that is used; `sessionStorage` in a browser, so that a reload keeps it and a closed tab forgets it. */
export type TabStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** Remembers the call of this tab across a reload. Storage that fails is treated as empty: calls work without it. */
export class InterruptedCalls {
  readonly #storage: TabStorage | undefined;
  readonly #clock: Clock;

  constructor(storage: TabStorage | undefined, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
  }

  remember(call: Omit<InterruptedCall, 'seenAt'>): void {
    this.#write({ ...call, seenAt: this.#clock.now() });
  }

  /** Notes that the page is going away, which starts {@link RESUME_OFFER_MS}. */
  touch(): void {
    const call = this.find();
    if (call !== undefined) this.#write({ ...call, seenAt: this.#clock.now() });
  }

  /** Whatever is remembered, however old. */
  find(): InterruptedCall | undefined {
    try {
      const text = this.#storage?.getItem(STORAGE_KEY) ?? null;
      if (text === null) return undefined;
      const parsed = v.safeParse(interruptedCallSchema, JSON.parse(text));
      return parsed.success ? parsed.output : undefined;
    } catch {
      return undefined;
    }
  }

  /** The call that may still be offered for resuming. */
  findRecent(): InterruptedCall | undefined {
    const call = this.find();
    return call !== undefined && this.#clock.now() - call.seenAt <= RESUME_OFFER_MS ? call : undefined;
  }

  /** Forgets this call; another one stays. */
  forget(callId: string): void {
    if (this.find()?.callId !== callId) return;
    try {
      this.#storage?.removeItem(STORAGE_KEY);
    } catch {
      // A storage that cannot forget is emptied with the tab.
    }
  }

  #write(call: InterruptedCall): void {
    try {
      this.#storage?.setItem(STORAGE_KEY, JSON.stringify(call));
    } catch {
      // Full or forbidden storage costs the offer to resume, not the call.
    }
  }
}

/** Ends the Matrix record of a call that another page life began: reads its event and edits it to `ended`, `replaced`. */
export async function endRecordAsReplaced(
  matrix: MatrixPort,
  call: InterruptedCall,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  const event = await matrix.fetchEvent(call.matrixRoomId, call.eventId, { signal });
  if (event.type !== CALL_EVENT_TYPE || event.sender.userId !== matrix.userId) return;
  const content = {
    ...parseCallEvent(event.content),
    callId: call.callId,
    callStatus: 'ended',
    callEndedAt: new Date(clock.now()).toISOString(),
    endReason: 'replaced',
  } as const;
  const options = { transactionId: crypto.randomUUID(), peer: call.oracleUserId, signal };
  await matrix.sendEvent(call.matrixRoomId, CALL_EVENT_TYPE, editOf(call.eventId, content), options);
}
