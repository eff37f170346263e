import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { codeOf, OracleCallError } from '@oracle-calls/protocol';
import type { Avatar } from '../avatar/avatar.ts';
import { drawPicture } from '../avatar/draw-picture.ts';
import type { Brain } from '../brain/brain.ts';
import type { CallHearing } from '@oracle-calls/protocol/hearing';
import type { SpeechToSpeech } from '../hosted/realtime/speech-to-speech.ts';
import type { NoteChange } from '../memory/call-memory.ts';
import type { MemorySettings } from '../memory/memory-settings.ts';
import { fromWireContext } from '../memory/wire.ts';
import type { Recognised, Recogniser } from '../speech/recogniser/recogniser.ts';
import type { TurnSettings } from '../oracle/turn-settings.ts';
import type { Synthesiser } from '../speech/synthesiser/synthesiser.ts';
import type { TimedWord } from '../speech/synthesiser/word-times.ts';
import type { TurnDetector } from '../speech/turn-detector/turn-detector.ts';
import { jobMessageSchema } from './messages.ts';
import type {
  HostMessage,
  JobMessage,
  RealtimeInput,
  RealtimeNotice,
  SpeechFacts,
  SpeechOutput,
  SpeechWork,
} from './messages.ts';
import { serveSpeech } from './serve-speech.ts';
import { RemoteUser } from './remote-user.ts';
import { Wire } from './wire.ts';
import { WorkQueue } from './work-queue.ts';

/** What the host has loaded, each once for all calls. */
export interface SpeechParts {
  readonly recogniser: Recogniser;
  readonly synthesiser: Synthesiser;
  readonly turnDetector: TurnDetector | undefined;
  readonly brain: Brain;
  /** What the author draws of the oracle, or that nothing is to be shown; the jobs' own orb when absent. */
  readonly avatar?: Avatar | 'none' | undefined;
  /** A model that hears and speaks by itself, in the place of the other engines. */
  readonly spoken?: SpeechToSpeech | undefined;
  /** What the oracle says when its brain fails. */
  readonly apology: string;
  /** Who hears what is said here. */
  readonly hearing: CallHearing;
  /** How the oracle takes turns. */
  readonly turns: TurnSettings;
  /** How the oracle remembers; absent when it does not. */
  readonly memory?: MemorySettings | undefined;
}

/**
 * The far side of the speech host: answers the jobs that connect to its socket. The calls share the engines and nothing
 * else: a job that goes takes its requests with it, and no other notices.
 */
export class SpeechServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #loaded: Promise<SpeechParts>;
  readonly #jobs = new Set<JobSession>();
  readonly #queues = {
    recogniser: new WorkQueue(),
    synthesiser: new WorkQueue(),
    turnDetector: new WorkQueue(),
  };

  private constructor(loaded: Promise<SpeechParts>) {
    this.#loaded = loaded;
    this.#server = createServer((socket) => this.#welcome(socket));
  }

  /** Listens at once, so that jobs can wait for the models here; answers as soon as `loaded` is. */
  static async listen(socketPath: string, loaded: Promise<SpeechParts>): Promise<SpeechServer> {
    const server = new SpeechServer(loaded);
    await new Promise<void>((resolve, reject) => {
      server.#server.once('error', reject);
      server.#server.listen(socketPath, resolve);
    });
    return server;
  }

  /** Requests that wait for an engine. */
  get waiting(): number {
    return Object.values(this.#queues).reduce((sum, { waiting }) => sum + waiting, 0);
  }

  get connections(): number {
    return this.#jobs.size;
  }

  async close(): Promise<void> {
    for (const job of [...this.#jobs]) job.close();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #welcome(socket: Socket): void {
    const job = new JobSession(
      socket,
      (work, how) => this.#perform(work, how),
      () => this.#jobs.delete(job),
    );
    this.#jobs.add(job);
    this.#loaded.then(
      (parts) => job.tell({ kind: 'ready', facts: factsOf(parts) }),
      // The host gives up as a whole.
      () => job.close(),
    );
  }

  async #perform(work: SpeechWork, how: Performance): Promise<SpeechOutput> {
    const { signal, onChunk, onNote, onActed: acted, asks, settled } = how;
    const { recogniser, synthesiser, turnDetector, brain, spoken, avatar } = await this.#loaded;
    switch (work.engine) {
      case 'recogniser': {
        const { pcm16k, rivals, language } = work;
        const run = (): Promise<Recognised> => recogniser.transcribe(pcm16k, { rivals, language, signal });
        const { text, rival } = await this.#queues.recogniser.run(run, signal);
        return { engine: 'recogniser', text, rival };
      }
      case 'synthesiser': {
        const wish = { signal, voice: work.voice };
        const run = async (): Promise<{ samples: Float32Array; words?: readonly TimedWord[] }> =>
          synthesiser.speak === undefined
            ? { samples: await synthesiser.synthesise(work.text, wish) }
            : synthesiser.speak(work.text, wish);
        return { engine: 'synthesiser', ...(await this.#queues.synthesiser.run(run, signal)) };
      }
      case 'turn-detector': {
        if (turnDetector === undefined) throw new OracleCallError('ERR_INTERNAL', 'No turn detector is loaded.');
        const run = (): Promise<number> => turnDetector.completion(work.pcm16k, { signal });
        return { engine: 'turn-detector', completion: await this.#queues.turnDetector.run(run, signal) };
      }
      case 'avatar': {
        if (avatar === undefined || avatar === 'none')
          throw new OracleCallError('ERR_INTERNAL', 'No avatar is drawn here.');
        return { engine: 'avatar', rgba: await drawPicture(avatar, work) };
      }
      case 'brain': {
        // It keeps its own queue, one place per sequence.
        const { turns, alreadySaid, isTentative, canApprove, hasUser, hasEyes } = work;
        const context = {
          ...fromWireContext(work.context, onNote),
          ...(hasUser ? { user: asks.user } : {}),
          ...(hasEyes ? { eyes: asks.eyes } : {}),
        };
        const options = {
          acted,
          ...(isTentative ? { settled } : {}),
          ...(canApprove ? { approve: asks.approve } : {}),
        };
        for await (const text of brain.answer(turns, context, { signal, alreadySaid, ...options })) onChunk(text);
        return { engine: 'brain' };
      }
      case 'realtime': {
        if (spoken === undefined) throw new OracleCallError('ERR_INTERNAL', 'No realtime model is chosen.');
        const { turns, canApprove, hasUser } = work;
        const context = { ...fromWireContext(work.context, onNote), ...(hasUser ? { user: asks.user } : {}) };
        const approve = canApprove ? asks.approve : undefined;
        return serveSpeech(spoken, { context, turns, approve, signal, tell: how.onNotice, listen: how.listen });
      }
      default:
        return work satisfies never;
    }
  }
}

function factsOf({
  synthesiser,
  turnDetector,
  brain,
  avatar,
  spoken,
  apology,
  hearing,
  turns,
  memory,
}: SpeechParts): SpeechFacts {
  const { sampleRate, speak } = synthesiser;
  return {
    sampleRate,
    brainTitle: spoken?.title ?? brain.title,
    isRealtime: spoken !== undefined,
    wantsStills: brain.wantsStills === true,
    avatar: avatar === undefined ? 'orb' : avatar === 'none' ? avatar : { width: avatar.width, height: avatar.height },
    apology,
    hearing,
    turns,
    memory,
    hasWordTimes: speak !== undefined,
    hasTurnDetector: turnDetector !== undefined,
  };
}

/** What a piece of work has to do with the job that asked for it. */
interface Performance {
  readonly signal: AbortSignal;
  readonly onChunk: (text: string) => void;
  readonly onNote: (change: NoteChange) => void;
  readonly onActed: () => void;
  readonly asks: RemoteUser;
  readonly settled: Promise<void>;
  readonly onNotice: (notice: RealtimeNotice) => void;
  /** Says who takes what the job gives a realtime model. */
  readonly listen: (take: (input: RealtimeInput) => void) => void;
}

type Perform = (work: SpeechWork, how: Performance) => Promise<SpeechOutput>;

/** A request under way: what the job may still say about it. */
interface Running {
  readonly abort: AbortController;
  readonly settled: PromiseWithResolvers<void>;
  readonly asks: RemoteUser;
  take: ((input: RealtimeInput) => void) | undefined;
}

/** One job's connection, and what it has asked for. */
class JobSession {
  readonly #wire: Wire<JobMessage, HostMessage>;
  readonly #running = new Map<number, Running>();
  readonly #perform: Perform;

  constructor(socket: Socket, perform: Perform, onClosed: () => void) {
    this.#perform = perform;
    this.#wire = new Wire<JobMessage, HostMessage>(socket, jobMessageSchema, {
      onMessage: (message) => this.#onMessage(message),
      onClosed: () => {
        for (const { abort } of this.#running.values()) abort.abort(new Error('the job is gone'));
        this.#running.clear();
        onClosed();
      },
    });
  }

  tell(message: HostMessage): void {
    if (!this.#wire.isClosed) this.#wire.send(message);
  }

  close(): void {
    this.#wire.close();
  }

  #onMessage(message: JobMessage): void {
    switch (message.kind) {
      case 'run':
        void this.#run(message.requestId, message.work);
        return;
      case 'cancel':
        this.#running.get(message.requestId)?.abort.abort(new Error('cancelled by the job'));
        this.#running.delete(message.requestId);
        return;
      case 'settled':
        return this.#running.get(message.requestId)?.settled.resolve();
      case 'user-answered':
        return this.#running.get(message.requestId)?.asks.onAnswered(message.askId, message.answered);
      case 'realtime-input':
        return this.#running.get(message.requestId)?.take?.(message.input);
      default:
        message satisfies never;
    }
  }

  async #run(requestId: number, work: SpeechWork): Promise<void> {
    const abort = new AbortController();
    const { signal } = abort;
    const settled = Promise.withResolvers<void>();
    const reply = (message: HostMessage): void => {
      if (!signal.aborted) this.tell(message);
    };
    const asks = new RemoteUser(requestId, signal, reply);
    const running: Running = { abort, settled, asks, take: undefined };
    this.#running.set(requestId, running);
    try {
      const output = await this.#perform(work, {
        signal,
        settled: settled.promise,
        onChunk: (text) => reply({ kind: 'chunk', requestId, text }),
        onNote: (change) => this.tell({ kind: 'note', ...change }),
        onActed: () => reply({ kind: 'acted', requestId }),
        asks,
        onNotice: (notice) => reply({ kind: 'realtime-notice', requestId, notice }),
        listen: (take) => (running.take = take),
      });
      reply({ kind: 'result', requestId, output });
    } catch (cause) {
      const code = codeOf(cause);
      reply({ kind: 'error', requestId, code, message: cause instanceof Error ? cause.message : 'unknown' });
    } finally {
      this.#running.delete(requestId);
    }
  }
}
