import { isOracleCallError, OracleCallError } from '@oracle-calls/protocol';
import type { Clock, Logger } from '@oracle-calls/protocol';
import type { AnswerOptions, CallContext, Turn } from '../brain/brain.ts';
import { applyNote, toWireContext } from '../memory/wire.ts';
import { TextChannel } from '../brain/text-channel.ts';
import { untilAborted } from '../brain/until-aborted.ts';
import type { NoteChange } from '../memory/call-memory.ts';
import type { ApproveTool } from '../tools/approval.ts';
import { HostConnection } from './host-connection.ts';
import type { RequestOptions } from './host-connection.ts';
import type { SpeechFacts, SpeechOutput, SpeechWork } from './messages.ts';

/** How long a call waits for the models: a busy machine needs half a minute to load them again. */
export const HOST_WAIT_MS = 60_000;
/** Between two attempts to reach the host, in ms; doubles from the first to the last. */
const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 1_000;

export interface SpeechClientDeps {
  readonly socketPath: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Throws for a host that is not to be used: each is looked at before it gets anything, also one that is started in the middle of a call. */
  readonly check?: ((facts: SpeechFacts) => void) | undefined;
}

type OutputOf<W extends SpeechWork> = Extract<SpeechOutput, { engine: W['engine'] }>;

/**
 * A job's side of the speech host. It outlives the host: what was under way when the host died is asked once more of
 * the host that is started instead.
 */
export class SpeechClient implements AsyncDisposable {
  readonly #deps: SpeechClientDeps;
  readonly #closing = new AbortController();
  readonly #refused = Promise.withResolvers<unknown>();
  #connecting: Promise<HostConnection> | undefined;

  constructor(deps: SpeechClientDeps) {
    this.#deps = deps;
  }

  /** Connects ahead of the first use; whether that works is told to whoever uses it. */
  connect(): void {
    this.ready().catch(() => undefined);
  }

  /** Resolves, with what `check` threw, when a host was refused: nothing is heard or said any more. */
  get refused(): Promise<unknown> {
    return this.#refused.promise;
  }

  /** Waits for the host's models, {@link HOST_WAIT_MS} at most. @throws {OracleCallError} `ERR_UPSTREAM_SPEECH`, what `check` throws */
  async ready(signal?: AbortSignal): Promise<SpeechFacts> {
    return (await this.#connected(signal)).ready;
  }

  /**
   * Has one piece of work done, twice when the host dies over it.
   *
   * @throws {OracleCallError} `ERR_UPSTREAM_SPEECH` when that fails too or there is no host, else as `HostConnection.run`
   */
  async run<W extends SpeechWork>(work: W, options: RequestOptions = {}): Promise<OutputOf<W>> {
    const attempt = async (connection: HostConnection): Promise<OutputOf<W>> =>
      expectOutput(work, await connection.run(work, options));
    const connection = await this.#connected(options.signal);
    try {
      return await attempt(connection);
    } catch (cause) {
      this.#mayRepeat(cause, options.signal, work.engine);
    }
    return attempt(await this.#connected(options.signal));
  }

  /** The same once: work that cannot be begun anew behind the back of whoever asked for it. */
  async runOnce(work: SpeechWork, options: RequestOptions): Promise<SpeechOutput> {
    return (await this.#connected(options.signal)).run(work, options);
  }

  /** The brain's answer in pieces. A second host goes on where the first one died, so nothing is said twice. */
  async *answer(
    turns: readonly Turn[],
    { user, eyes, ...context }: CallContext,
    { signal, alreadySaid = '', approve, settled }: AnswerOptions = {},
  ): AsyncGenerator<string> {
    let said = alreadySaid;
    let mayHaveActed = false;
    const noting: ApproveTool | undefined =
      approve &&
      (async (request, asked) => {
        const isAllowed = await approve(request, AbortSignal.any([either, asked]));
        mayHaveActed ||= isAllowed;
        return isAllowed;
      });
    const asks = { approve: noting, user, eyes };
    const abandon = new AbortController();
    const either = signal === undefined ? abandon.signal : AbortSignal.any([signal, abandon.signal]);
    try {
      for (let isRepeated = false; ; isRepeated = true) {
        const connection = await this.#connected(either);
        const channel = new TextChannel();
        const flags = {
          isTentative: settled !== undefined,
          canApprove: approve !== undefined,
          hasUser: user !== undefined,
          hasEyes: eyes !== undefined,
        };
        const work = { engine: 'brain', turns, context: toWireContext(context), alreadySaid: said, ...flags } as const;
        const onNote = (change: NoteChange): void => applyNote(context, change);
        const onActed = (): void => void (mayHaveActed = true);
        connection
          .run(work, { signal: either, onChunk: (text) => channel.push(text), asks, onActed, onNote, settled })
          .then(() => channel.end())
          .catch((cause: unknown) => channel.end({ cause }));
        try {
          for await (const piece of channel) {
            said += piece;
            yield piece;
          }
          return;
        } catch (cause) {
          // What was allowed or begun once is not done twice because nobody knows whether it was done.
          if (isRepeated || mayHaveActed) throw cause;
          this.#mayRepeat(cause, signal, 'brain');
        }
      }
    } finally {
      // Whoever stops reading wants no more of it.
      abandon.abort(new Error('nobody reads the answer'));
    }
  }

  async close(): Promise<void> {
    this.#closing.abort(new OracleCallError('ERR_INTERNAL', 'The speech client is closed.'));
    const connection = await this.#connecting?.catch(() => undefined);
    connection?.close();
    await connection?.closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Returns when work that failed like this may be tried again; throws the failure otherwise. */
  #mayRepeat(cause: unknown, signal: AbortSignal | undefined, engine: SpeechWork['engine']): void {
    signal?.throwIfAborted();
    this.#closing.signal.throwIfAborted();
    if (!isOracleCallError(cause) || cause.code !== 'ERR_UPSTREAM_SPEECH') throw cause;
    this.#deps.log.warn('speech host lost; asking again', { engine });
  }

  /** The connection, made when there is none. Everybody waits for the same one; who gives up does not take it away. */
  #connected(signal: AbortSignal | undefined): Promise<HostConnection> {
    this.#connecting ??= this.#reach().catch((cause: unknown) => {
      this.#connecting = undefined;
      throw cause;
    });
    return untilAborted(this.#connecting, signal);
  }

  async #reach(): Promise<HostConnection> {
    const { clock, socketPath, check } = this.#deps;
    const { signal } = this.#closing;
    const giveUpAt = clock.now() + HOST_WAIT_MS;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2)) {
      signal.throwIfAborted();
      const connection = new HostConnection(socketPath, clock);
      const onClosing = (): void => connection.close();
      signal.addEventListener('abort', onClosing, { once: true });
      let facts: SpeechFacts;
      try {
        using _bound = clock.after(Math.max(0, giveUpAt - clock.now()), onClosing);
        facts = await connection.ready;
      } catch (cause) {
        if (clock.now() + pauseMs > giveUpAt) throw cause;
        await clock.sleep(pauseMs, { signal });
        continue;
      } finally {
        signal.removeEventListener('abort', onClosing);
      }
      try {
        check?.(facts);
      } catch (cause) {
        connection.close();
        this.#refused.resolve(cause);
        throw cause;
      }
      void connection.closed.then(() => (this.#connecting = undefined));
      return connection;
    }
  }
}

function expectOutput<W extends SpeechWork>(work: W, output: SpeechOutput): OutputOf<W> {
  if (output.engine !== work.engine) throw new OracleCallError('ERR_INTERNAL', 'The host answered something else.');
  return output as OutputOf<W>;
}
