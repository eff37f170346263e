import { connect } from 'node:net';
import { OracleCallError } from '@oracle-calls/protocol';
import type { Clock } from '@oracle-calls/protocol';
import { AskedUser } from './asked-user.ts';
import type { RequestUser } from './asked-user.ts';
import type { NoteChange } from '../memory/call-memory.ts';
import { hostMessageSchema } from './messages.ts';
import type {
  HostMessage,
  JobMessage,
  RealtimeInput,
  RealtimeNotice,
  SpeechFacts,
  SpeechOutput,
  SpeechWork,
} from './messages.ts';
import { Wire } from './wire.ts';

/** Longer than an engine takes for one sentence, its own bound and a queue of other calls in front of it included. */
const REQUEST_MAX_MS = 90_000;

interface Waiter extends Pick<RequestOptions, 'onChunk' | 'onActed' | 'onNotice'> {
  readonly asked: AskedUser;
  readonly answer: PromiseWithResolvers<SpeechOutput>;
}

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onChunk?: ((text: string) => void) | undefined;
  /** Whom the brain and its tools may ask. */
  readonly asks?: RequestUser | undefined;
  /** The oracle's own code has noted something. Told also after the work is done or given up: what is noted stays noted. */
  readonly onNote?: ((change: NoteChange) => void) | undefined;
  /** A tool is about to be run that has an effect. */
  readonly onActed?: (() => void) | undefined;
  /** What a realtime model tells; with the way to tell it something, before anything else. */
  readonly onNotice?: ((notice: RealtimeNotice, feed: (input: RealtimeInput) => void) => void) | undefined;
  /** Resolves once the turn that the work is about is known to be over. */
  readonly settled?: Promise<void> | undefined;
}

/** One connection of a job to the speech host. When it is gone, it is gone: see `speech-client.ts` for what comes after. */
export class HostConnection {
  readonly #wire: Wire<HostMessage, JobMessage>;
  readonly #clock: Clock;
  readonly #ready = Promise.withResolvers<SpeechFacts>();
  readonly #closed = Promise.withResolvers<void>();
  readonly #waiters = new Map<number, Waiter>();
  #nextRequestId = 0;
  #onNote: RequestOptions['onNote'];

  constructor(socketPath: string, clock: Clock) {
    this.#clock = clock;
    this.#wire = new Wire<HostMessage, JobMessage>(connect(socketPath), hostMessageSchema, {
      onMessage: (message) => this.#onMessage(message),
      onClosed: () => this.#onClosed(),
    });
    // Only who waits for it minds.
    this.#ready.promise.catch(() => undefined);
  }

  /** What the host tells about itself, once its models are loaded. @throws {OracleCallError} `ERR_UPSTREAM_SPEECH` when it is gone before */
  get ready(): Promise<SpeechFacts> {
    return this.#ready.promise;
  }

  /** Resolves when the connection is gone. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /**
   * Has one piece of work done.
   *
   * @throws {OracleCallError} `ERR_UPSTREAM_SPEECH` when the host is gone before it has answered, `ERR_UPSTREAM_TIMEOUT`,
   *   `ERR_PROTOCOL_TOO_LARGE`, or as the engine said; `signal.reason` when aborted
   */
  async run(work: SpeechWork, options: RequestOptions = {}): Promise<SpeechOutput> {
    const { signal, onChunk, onActed, onNotice, asks = {}, onNote, settled } = options;
    signal?.throwIfAborted();
    this.#onNote = onNote ?? this.#onNote;
    const requestId = this.#nextRequestId++;
    const answer = Promise.withResolvers<SpeechOutput>();
    const giveUp = (reason: unknown): void => {
      if (this.#settle(requestId) === undefined) return;
      answer.reject(reason);
      if (!this.#wire.isClosed) this.#wire.send({ kind: 'cancel', requestId });
    };
    const onAbort = (): void => giveUp(signal?.reason);
    this.#wire.send({ kind: 'run', requestId, work });
    const asked = new AskedUser(asks, (askId, answered) =>
      this.#tell({ kind: 'user-answered', requestId, askId, answered }),
    );
    this.#waiters.set(requestId, { onChunk, onActed, onNotice, asked, answer });
    // One that fails never comes: then the turn went on, and the signal aborts.
    settled?.then(
      () => this.#tell({ kind: 'settled', requestId }),
      () => undefined,
    );
    signal?.addEventListener('abort', onAbort, { once: true });
    const tooLong = (): void =>
      giveUp(new OracleCallError('ERR_UPSTREAM_TIMEOUT', `The ${work.engine} took too long.`));
    // A conversation lasts as long as its call.
    using _bound = work.engine === 'realtime' ? undefined : this.#clock.after(REQUEST_MAX_MS, tooLong);
    try {
      return await answer.promise;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Says something about a request that is still under way. */
  #tell(message: Extract<JobMessage, { kind: 'settled' | 'user-answered' | 'realtime-input' }>): void {
    if (this.#waiters.has(message.requestId) && !this.#wire.isClosed) this.#wire.send(message);
  }

  /** Idempotent. */
  close(): void {
    this.#wire.close();
  }

  #onMessage(message: HostMessage): void {
    switch (message.kind) {
      case 'ready':
        return this.#ready.resolve(message.facts);
      case 'chunk':
        return this.#waiters.get(message.requestId)?.onChunk?.(message.text);
      case 'acted':
        return this.#waiters.get(message.requestId)?.onActed?.();
      case 'realtime-notice': {
        const { requestId, notice } = message;
        const feed = (input: RealtimeInput): void => this.#tell({ kind: 'realtime-input', requestId, input });
        return this.#waiters.get(requestId)?.onNotice?.(notice, feed);
      }
      case 'user-asked':
      case 'user-not-asked':
      case 'user-written-to':
        return this.#waiters.get(message.requestId)?.asked.onMessage(message);
      case 'note':
        return this.#onNote?.(message);
      case 'result':
        return this.#settle(message.requestId)?.answer.resolve(message.output);
      case 'error':
        return this.#settle(message.requestId)?.answer.reject(new OracleCallError(message.code, message.message));
      default:
        message satisfies never;
    }
  }

  /** What was cancelled meanwhile has no waiter any more. */
  #settle(requestId: number): Waiter | undefined {
    const waiter = this.#waiters.get(requestId);
    this.#waiters.delete(requestId);
    waiter?.asked[Symbol.dispose]();
    return waiter;
  }

  #onClosed(): void {
    const lost = new OracleCallError('ERR_UPSTREAM_SPEECH');
    this.#ready.reject(lost);
    for (const requestId of [...this.#waiters.keys()]) this.#settle(requestId)?.answer.reject(lost);
    this.#closed.resolve();
  }
}
