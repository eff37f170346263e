import type { DecryptedEvent, MatrixPort, MatrixRoomId, MatrixUserId } from '@oracle-calls/matrix';
import {
  CALL_EVENT_TYPE,
  codeOf,
  createRingAnswer,
  isOracleCallError,
  OracleCallError,
  parseRingAnswer,
  parseRingEvent,
  parseWith,
  RING_ANSWER_EVENT_TYPE,
  RING_CLOCK_SKEW_MS,
  RING_EVENT_TYPE,
  ringOverAt,
  tryReadRingAnswer,
  type Clock,
  type Logger,
  type MatrixEventId,
  type RingEventContent,
} from '@oracle-calls/protocol';
import { isSignedEnvelope, parseSignedEnvelope } from '@oracle-calls/protocol/signed-envelope';
import * as v from 'valibot';
import type { CallOptions, OracleCall } from '../call/oracle-call.ts';
import type { KeyPinStore } from '../key-pins/key-pin-store.ts';
import { keptAccountOf } from '../key-pins/key-rules.ts';
import type { OracleDirectory } from '../oracle/oracle-directory.ts';
import { stepRing, type RingFate, type RingInput, type RingState } from './ring-machine.ts';
import type { AcceptOptions, Ring, RingStatus } from './rings.ts';

/** Rings that are looked at or wait at once. An honest oracle has one; more are somebody's flood, and are dropped. */
export const OPEN_RINGS_MAX = 16;
/** Of these, by one account: a backend has one ring to a person at a time, and the end of the one before may be late. The rest stays for others. */
export const OPEN_RINGS_OF_ONE_MAX = 2;
/** Rings that are remembered when they are over, so that none rings twice. */
const KNOWN_RINGS_MAX = 256;
/** Answers and calls whose ring has not come: it decrypts late, or there is none. */
const EARLY_EVENTS_MAX = 64;
/** Between two attempts at a check that may succeed later, such as while the resolver is away; in milliseconds. */
const CHECK_PAUSE_MS = 1_000;

export interface RingDeskDeps {
  readonly matrix: MatrixPort;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly keyPins: Pick<KeyPinStore, 'get'>;
  /** The oracle that the application was made for: it may ring before this device has called it. */
  readonly oracleDid?: string | undefined;
  readonly directory: Pick<OracleDirectory, 'look'>;
  readonly calls: {
    readonly currentCall: OracleCall | undefined;
    callOracle(call: CallOptions, cancel?: { readonly signal?: AbortSignal | undefined }): OracleCall;
  };
  /** Aborted when the calls are closed: then nothing rings any more. */
  readonly closing: AbortSignal;
  readonly tell: (ring: Ring) => void;
}

/** Of a call of this account no more is read than what it was sealed as. */
const ownCallSchema = v.object({ encryptionKey: v.string() });

interface Entry {
  readonly eventId: MatrixEventId;
  readonly matrixRoomId: MatrixRoomId;
  readonly sender: MatrixUserId;
  state: RingState;
  ring: Ring;
  lapse: Disposable | undefined;
}

/** What rings, what waits for the line, and what has rung. */
export class RingDesk {
  readonly #deps: RingDeskDeps;
  readonly #entries = new Map<MatrixEventId, Entry>();
  #early: DecryptedEvent[] = [];
  #accepting: Entry | undefined;

  constructor(deps: RingDeskDeps) {
    this.#deps = deps;
    deps.closing.addEventListener('abort', () => this.#close(), { once: true });
  }

  get current(): Ring | undefined {
    return this.#find('Ringing')?.ring;
  }

  /** Takes an event of one of these types, or a call event. */
  hear(event: DecryptedEvent): void {
    if (this.#deps.closing.aborted) return;
    if (event.type === RING_EVENT_TYPE) {
      this.#hearRing(event);
      return;
    }
    const ringEventId = this.#ringNamedBy(event);
    const entry = ringEventId === undefined ? undefined : this.#entries.get(ringEventId);
    if (entry !== undefined) this.#judge(entry, event);
    else if (ringEventId !== undefined) this.#early = [...this.#early, event].slice(-EARLY_EVENTS_MAX);
  }

  accept(ring: Ring, { signal, keepsTranscript, remembers }: AcceptOptions = {}): OracleCall {
    const entry = this.#ringing(ring);
    if (entry === undefined) throw new OracleCallError('ERR_CALL_ENDED');
    const { ringEventId, oracleDid, type, sessionId } = ring;
    this.#accepting = entry;
    try {
      const asked = { type, oracleDid, sessionId, ringEventId, keepsTranscript, remembers };
      const call = this.#deps.calls.callOracle(asked, { signal });
      this.#dispatch(entry, { kind: 'accept' });
      return call;
    } finally {
      this.#accepting = undefined;
    }
  }

  async decline(ring: Ring): Promise<void> {
    const entry = this.#ringing(ring);
    if (entry === undefined) return;
    const { matrix, clock } = this.#deps;
    const { eventId, matrixRoomId, sender } = entry;
    // Here it stops at once, whatever becomes of the word to the others.
    this.#dispatch(entry, { kind: 'decline' });
    const content = createRingAnswer({
      ringEventId: eventId,
      ringStatus: 'declined',
      answeredAt: new Date(clock.now()).toISOString(),
    });
    await matrix.sendEvent(matrixRoomId, RING_ANSWER_EVENT_TYPE, content, {
      transactionId: `oc-ring-declined-${eventId.slice(1)}`,
      peer: sender,
      signal: this.#deps.closing,
    });
  }

  /** A call has begun or ended. */
  lineChanged(): void {
    const ringing = this.#find('Ringing');
    if (this.#deps.calls.currentCall === undefined) this.#ringNext();
    else if (ringing !== undefined && ringing !== this.#accepting) this.#dispatch(ringing, { kind: 'lineTaken' });
  }

  #close(): void {
    for (const { lapse } of this.#entries.values()) lapse?.[Symbol.dispose]();
    this.#entries.clear();
    this.#early = [];
  }

  #hearRing(event: DecryptedEvent): void {
    const { matrix, clock, logger } = this.#deps;
    const { eventId, matrixRoomId, sender } = event;
    if (this.#entries.has(eventId)) return;
    const content = tryParse(() => parseRingEvent(event.content));
    const isForUs = content?.userId === matrix.userId && sender.userId !== matrix.userId;
    if (content === undefined || !isForUs || event.relation !== undefined) {
      logger.warn('ring ignored', { code: content === undefined ? 'ERR_PROTOCOL_MALFORMED' : 'ERR_RING_OVER' });
      return;
    }
    const now = clock.now();
    // Never longer than it may last, whenever it came.
    const lapsesAt = Math.min(now + content.lifetimeMs, ringOverAt(content));
    const isMissed = now >= lapsesAt;
    const code = Date.parse(content.ringStartedAt) - now > RING_CLOCK_SKEW_MS ? 'ERR_CALL_CLOCK' : 'ERR_RATE_LIMITED';
    // From the future, it would be kept for another day.
    if (code === 'ERR_CALL_CLOCK' || !this.#hasRoom(sender.userId, isMissed)) {
      logger.warn('ring ignored', { code });
      return;
    }
    const entry: Entry = {
      ...{ eventId, matrixRoomId, sender: sender.userId },
      state: { kind: 'Checking', fate: isMissed ? 'lapsed' : undefined },
      ring: toRing(eventId, content, lapsesAt),
      lapse: isMissed
        ? undefined
        : clock.after(lapsesAt - now, () => this.#dispatch(entry, { kind: 'over', fate: 'lapsed' })),
    };
    this.#remember(entry);
    const early = this.#early;
    this.#early = early.filter((other) => this.#ringNamedBy(other) !== eventId);
    for (const other of early) if (!this.#early.includes(other)) this.#judge(entry, other);
    void this.#check(entry);
  }

  async #check(entry: Entry): Promise<void> {
    const { clock, logger } = this.#deps;
    const signal = this.#deps.closing;
    for (;;) {
      try {
        await this.#checkOnce(entry, signal);
        this.#dispatch(entry, { kind: 'checked' });
        this.#ringNext();
        return;
      } catch (error) {
        if (signal.aborted) return;
        const mayPass = isOracleCallError(error) && error.retryable && clock.now() < entry.ring.lapsesAt;
        if (!mayPass) {
          logger.warn('ring refused', { code: codeOf(error) });
          this.#dispatch(entry, { kind: 'refused' });
          return;
        }
      }
      await clock.sleep(CHECK_PAUSE_MS, { signal }).catch(() => undefined);
      if (signal.aborted) return;
    }
  }

  /**
   * Whether this account may ring in that oracle's name: it is the one under which this device has called it before (or the application's own oracle's),
   * the oracle's document still says so under keys that stand, and nobody else is in the room. Nothing is asked for strangers: a ring by
   * anybody must not make this device resolve what they please.
   */
  async #checkOnce({ state, ring, matrixRoomId, sender }: Entry, signal: AbortSignal): Promise<void> {
    const { matrix, keyPins, oracleDid, directory } = this.#deps;
    const account = keptAccountOf(await keyPins.get(ring.oracleDid));
    const isKnown = account === sender;
    if (!isKnown && (account !== undefined || ring.oracleDid !== oracleDid))
      throw new OracleCallError('ERR_KEY_CHANGED');
    // What was missed is only shown: a hundred of a long absence must not make a hundred requests.
    if (isKnown && state.kind === 'Checking' && state.fate === 'lapsed') return;
    const oracle = await directory.look(ring.oracleDid, signal);
    if (oracle.matrixUserId !== sender) throw new OracleCallError('ERR_KEY_CHANGED');
    await matrix.prepareToSend(matrixRoomId, { peer: sender, signal });
  }

  /** The ring that an answer, or a call of this account, names inside its ciphertext. */
  #ringNamedBy({ type, content, sender }: DecryptedEvent): MatrixEventId | undefined {
    return tryParse(() => {
      if (type === RING_ANSWER_EVENT_TYPE) return parseRingAnswer(content).ringEventId;
      if (type !== CALL_EVENT_TYPE || sender.userId !== this.#deps.matrix.userId) return undefined;
      const { encryptionKey } = parseWith(ownCallSchema, content);
      return isSignedEnvelope(encryptionKey) ? parseSignedEnvelope(encryptionKey).context.ringEventId : undefined;
    });
  }

  #judge(entry: Entry, event: DecryptedEvent): void {
    const fate = this.#fateOf(entry, event);
    if (fate !== undefined) this.#dispatch(entry, { kind: 'over', fate });
  }

  /** What an event says of a ring, when it is said by who may say it. */
  #fateOf(entry: Entry, event: DecryptedEvent): RingFate | undefined {
    const isOwn = event.sender.userId === this.#deps.matrix.userId;
    // A call of this account names it: another device has accepted.
    if (event.type === CALL_EVENT_TYPE) return isOwn ? 'elsewhere' : undefined;
    const status = tryReadRingAnswer(event, entry)?.ringStatus;
    if (isOwn) return status === 'declined' ? 'elsewhere' : undefined;
    if (event.sender.userId !== entry.sender || status === undefined || status === 'declined') return undefined;
    return status === 'accepted' ? 'elsewhere' : status;
  }

  #ringNext(): void {
    if (this.#deps.calls.currentCall !== undefined || this.#find('Ringing') !== undefined) return;
    const next = this.#find('Waiting');
    if (next !== undefined) this.#dispatch(next, { kind: 'lineFree' });
  }

  #dispatch(entry: Entry, input: RingInput): void {
    if (this.#deps.closing.aborted) return;
    const { state, effects } = stepRing(entry.state, input);
    entry.state = state;
    for (const effect of effects) {
      if (effect === 'tell') {
        const status: RingStatus = state.kind === 'Over' ? state.status : 'ringing';
        entry.ring = { ...entry.ring, status };
        this.#deps.logger.info('ring', { status });
        this.#tell(entry.ring);
      } else {
        entry.lapse?.[Symbol.dispose]();
        this.#ringNext();
      }
    }
  }

  #tell(ring: Ring): void {
    try {
      this.#deps.tell(ring);
    } catch (error) {
      // A listener's bug must not keep the ring from going on.
      this.#deps.logger.error('ring listener failed', { error: error instanceof Error ? error.name : typeof error });
    }
  }

  #remember(entry: Entry): void {
    this.#entries.set(entry.eventId, entry);
    if (this.#entries.size <= KNOWN_RINGS_MAX) return;
    const over = [...this.#entries.values()].find(({ state }) => state.kind === 'Over' || state.kind === 'Dropped');
    if (over !== undefined) this.#entries.delete(over.eventId);
  }

  /** What was missed only waits to be looked at: it takes no room from what rings, nor does one account's from others'. */
  #hasRoom(sender: MatrixUserId, isMissed: boolean): boolean {
    const open = [...this.#entries.values()].filter(
      ({ state, lapse }) => state.kind !== 'Over' && state.kind !== 'Dropped' && (lapse === undefined) === isMissed,
    );
    if (open.length >= OPEN_RINGS_MAX) return false;
    return isMissed || open.filter((other) => other.sender === sender).length < OPEN_RINGS_OF_ONE_MAX;
  }

  #ringing({ ringEventId }: Ring): Entry | undefined {
    const entry = this.#entries.get(ringEventId);
    return entry?.state.kind === 'Ringing' ? entry : undefined;
  }

  #find(kind: RingState['kind']): Entry | undefined {
    return [...this.#entries.values()].find(({ state }) => state.kind === kind);
  }
}

function toRing(ringEventId: MatrixEventId, content: RingEventContent, lapsesAt: number): Ring {
  const { oracleDid, callType: type, sessionId, reason } = content;
  return { ringEventId, oracleDid, type, sessionId, reason, lapsesAt, status: 'ringing' };
}

function tryParse<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (isOracleCallError(error)) return undefined;
    throw error;
  }
}
