import type { MatrixPort, MatrixUserId } from '@oracle-calls/matrix';
import {
  codeOf,
  linesOfOnePart,
  OracleCallError,
  relatedTranscriptEvent,
  sealTranscriptPart,
  toOracleCallError,
  TRANSCRIPT_EVENT_TYPE,
  TRANSCRIPT_EVENT_VERSION,
  TRANSCRIPT_KEY_LABEL,
  TRANSCRIPT_PARTS_MAX,
  type Clock,
  type Did,
  type Logger,
  type SecretBytes,
  type TranscriptEventLine,
} from '@oracle-calls/protocol';
import type { CallDriver } from '../call/call-driver.ts';
import type { CallNotice } from '../call/notices.ts';
import { abortable, withDeadline } from '../waiting/abortable.ts';
import { AnsweredQuestions } from './answered-questions.ts';
import type { HeardNotice } from './keep-transcript.ts';

/** A crash loses at most this much of a call; shorter, and a long call would fill the room with small events. In ms. */
export const PART_EVERY_MS = 120_000;

/** The last part is written while the person may be leaving; a homeserver that takes longer is down. In ms. */
export const LAST_PART_MAX_MS = 30_000;

export interface TranscriptKeeperDeps {
  readonly matrix: MatrixPort;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The account of the oracle that is called. */
  readonly oracleUserId: (did: Did, signal: AbortSignal) => Promise<MatrixUserId>;
}

/** A part that was sealed and may not have reached the homeserver. */
interface UnsentPart {
  readonly content: object;
  readonly transactionId: string;
}

/**
 * Writes what was said in a call into its room, sealed to the account, in numbered parts:
 *
 *     heard ──(every PART_EVERY_MS, page hidden, call over)──► part n sealed ──► sent under one transaction id ──► part n + 1
 *                                                                  ▲                    │ failed
 *                                                                  └── tried again with the next ◄┘
 */
export class TranscriptKeeper {
  readonly #call: CallDriver;
  readonly #heard: HeardNotice[];
  readonly #deps: TranscriptKeeperDeps;
  readonly #segments = new Set<string>();
  readonly #questions = new AnsweredQuestions();
  #timer: Disposable;
  readonly #observing: Disposable;
  readonly #finished = Promise.withResolvers<void>();
  readonly #abort = new AbortController();
  #lines: TranscriptEventLine[] = [];
  #unsent: UnsentPart | undefined;
  #nextPart = 0;
  #hasLast = false;
  #isOver = false;
  /** One write at a time. */
  #writing: Promise<void> = Promise.resolve();

  /** `heard` is filled by its owner and emptied here. */
  constructor(call: CallDriver, heard: HeardNotice[], deps: TranscriptKeeperDeps) {
    this.#call = call;
    this.#heard = heard;
    this.#deps = deps;
    this.#timer = this.#writeLater();
    this.#observing = call.observe((notice) => {
      if (notice.kind === 'state') this.#look();
    });
    this.#look();
  }

  /** Never rejects. */
  get done(): Promise<void> {
    return this.#finished.promise;
  }

  pageHidden(): void {
    if (!this.#isOver) this.#writeInBetween(true);
  }

  #look(): void {
    const { kind } = this.#call.state;
    // Nothing is said any more in a call that is ending.
    if (this.#isOver || (kind !== 'Ending' && kind !== 'Ended')) return;
    this.#isOver = true;
    this.#timer[Symbol.dispose]();
    this.#observing[Symbol.dispose]();
    void this.#finish().finally(() => this.#finished.resolve());
  }

  #writeLater(): Disposable {
    return this.#deps.clock.after(PART_EVERY_MS, () => {
      this.#timer = this.#writeLater();
      this.#writeInBetween(false);
    });
  }

  /** What fails is tried again with the next part. */
  #writeInBetween(isKeptAlive: boolean): void {
    this.#queue(this.#abort.signal, { isLast: false, isKeptAlive }).catch((error: unknown) =>
      this.#deps.logger.info('a part of the transcript waits', { code: codeOf(error) }),
    );
  }

  #queue(signal: AbortSignal, how: { readonly isLast: boolean; readonly isKeptAlive: boolean }): Promise<void> {
    const written = this.#writing.then(() => this.#write(signal, how));
    this.#writing = written.catch(() => undefined);
    return written;
  }

  async #finish(): Promise<void> {
    const { clock, logger } = this.#deps;
    try {
      await withDeadline(clock, LAST_PART_MAX_MS, (signal) =>
        abortable(this.#queue(signal, { isLast: true, isKeptAlive: true }), signal),
      );
      if (this.#nextPart > 0) this.#call.tell({ kind: 'transcript', state: 'kept' });
    } catch (error) {
      this.#abort.abort(error);
      logger.warn('the transcript was not kept', { code: codeOf(error) });
      this.#call.tell({ kind: 'transcript', state: 'lost', error: toOracleCallError(error) });
    }
  }

  async #write(
    signal: AbortSignal,
    { isLast, isKeptAlive }: { readonly isLast: boolean; readonly isKeptAlive: boolean },
  ): Promise<void> {
    const { matrix } = this.#deps;
    this.#lines.push(...this.#heard.splice(0).flatMap(([at, notice]) => this.#lineOf(at, notice)));
    const isEmpty = (): boolean => this.#unsent === undefined && this.#lines.length === 0;
    if (isEmpty() && (!isLast || this.#nextPart === 0)) return;
    const { announced } = this.#call;
    // Before the call's event is sent there is nothing to relate to, and nobody to talk with.
    if (announced === undefined) return;
    const peer = await this.#deps.oracleUserId(this.#call.oracleDid, signal);
    const { matrixRoomId } = announced;
    while (!isEmpty() || (isLast && !this.#hasLast)) {
      this.#unsent ??= await this.#seal(announced, isLast);
      const options = { transactionId: this.#unsent.transactionId, peer, signal, isKeptAlive };
      await matrix.sendEvent(matrixRoomId, TRANSCRIPT_EVENT_TYPE, this.#unsent.content, options);
      this.#unsent = undefined;
    }
  }

  /** The next part, of as many lines as it holds. */
  async #seal({ callId, eventId }: NonNullable<CallDriver['announced']>, isEnding: boolean): Promise<UnsentPart> {
    const { matrix } = this.#deps;
    const part = this.#nextPart;
    if (part >= TRANSCRIPT_PARTS_MAX) throw new OracleCallError('ERR_PROTOCOL_TOO_LARGE');
    using key = await requireKey(matrix);
    const count = linesOfOnePart(this.#lines);
    const isLast = isEnding && count === this.#lines.length;
    const body = { lines: this.#lines.slice(0, count), isLast };
    const sealed = await sealTranscriptPart(key, { callId, part, account: matrix.userId }, body);
    this.#lines = this.#lines.slice(count);
    this.#nextPart += 1;
    this.#hasLast = isLast;
    const content = relatedTranscriptEvent({ v: TRANSCRIPT_EVENT_VERSION, callId, part, sealed }, eventId);
    return { content, transactionId: crypto.randomUUID() };
  }

  #lineOf(at: number, notice: CallNotice): readonly TranscriptEventLine[] {
    if (notice.kind === 'chat') return [{ speaker: 'oracle', how: 'written', text: notice.text, at }];
    if (notice.kind === 'chatSent') return [{ speaker: 'user', how: 'written', text: notice.text, at }];
    if (notice.kind === 'question' || notice.kind === 'questionOver') return this.#questions.linesOf(at, notice);
    if (notice.kind !== 'caption' || !notice.isFinal || notice.text === '') return [];
    // The words of a final segment change no more.
    const segment = `${notice.speaker} ${notice.segment}`;
    if (this.#segments.has(segment)) return [];
    this.#segments.add(segment);
    return [{ speaker: notice.speaker, how: 'spoken', text: notice.text, at }];
  }
}

/** @throws {OracleCallError} `ERR_MATRIX_CROSS_SIGNING` on a device without the account's private keys */
async function requireKey(matrix: MatrixPort): Promise<SecretBytes> {
  const key = await (await matrix.ownRecords()).deriveKey(TRANSCRIPT_KEY_LABEL);
  if (key !== undefined) return key;
  throw new OracleCallError('ERR_MATRIX_CROSS_SIGNING', 'This device has no private keys.', {
    details: { side: 'self' },
  });
}
