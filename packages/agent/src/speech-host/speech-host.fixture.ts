import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@oracle-calls/protocol';
import type { Clock, Logger } from '@oracle-calls/protocol';
import type { AnswerOptions, CallContext, Turn } from '../brain/brain.ts';
import { ON_THIS_MACHINE, placeOf } from '@oracle-calls/protocol/hearing';
import type { CallHearing } from '@oracle-calls/protocol/hearing';
import { openRemoteEngines } from './remote-engines.ts';
import type { RemoteEngines } from './remote-engines.ts';
import { SpeechClient } from './speech-client.ts';
import type { SpeechClientDeps } from './speech-client.ts';
import { SpeechServer } from './speech-server.ts';
import type { SpeechParts } from './speech-server.ts';

const close = (): Promise<void> => Promise.resolve();
const disposable = { close, [Symbol.asyncDispose]: close };

/** Two parts here, one elsewhere. */
export const HEARING: CallHearing = {
  recognition: ON_THIS_MACHINE,
  languageModel: placeOf('https://models.example/v1', ['text']),
  speech: ON_THIS_MACHINE,
  remembers: false,
};

/** What the scripted brain has its user choose from. */
export const CHOICES = [{ key: '1', label: 'Tea' }] as const;

/** Engines that do what the test says, and write down what they are asked. */
export class ScriptedParts {
  readonly asked: string[] = [];
  /** What the recogniser waits for before each answer. */
  hold: Promise<void> = Promise.resolve();
  failure: Error | undefined;
  /** What the brain gives along when it turns to the user. */
  ownSignal: AbortSignal | undefined;
  /** The brain's pieces; it never ends when the last is `…`, waits at `settled?`, does something at `acts`, and turns to the user at `approved?`, `chosen?`, `offer` and `write`. */
  pieces: string[] = ['It is ', 'Paris.'];

  readonly parts: SpeechParts = {
    apology: 'Sorry.',
    hearing: HEARING,
    turns: { endOfTurnMinMs: 100 },
    turnDetector: {
      ...disposable,
      completion: (pcm16k) => {
        this.asked.push(`finished? ${pcm16k.length}`);
        return Promise.resolve(0.75);
      },
    },
    recogniser: {
      ...disposable,
      transcribe: async (pcm16k, { signal, rivals = [], language } = {}) => {
        const [rival] = rivals;
        this.asked.push(`hear ${pcm16k.length}${language === undefined ? '' : ` in ${language}`}`);
        if (this.failure !== undefined) throw this.failure;
        await Promise.race([this.hold, aborted(signal)]);
        return {
          text: `${pcm16k.length} samples`,
          ...(rival === undefined ? {} : { rival: { text: rival, behind: 2 } }),
        };
      },
    },
    synthesiser: {
      ...disposable,
      sampleRate: 48_000,
      synthesise: (text) => {
        this.asked.push(`say ${text}`);
        return Promise.resolve(Float32Array.from(text, (letter) => letter.length / 2));
      },
      speak: (text, { voice } = {}) => {
        this.asked.push(`say ${text}${voice === undefined ? '' : ` as ${voice}`} in time`);
        const samples = Float32Array.from(text, (letter) => letter.length / 2);
        return Promise.resolve({ samples, words: [{ text, startMs: 0, endMs: samples.length }] });
      },
    },
    brain: {
      ...disposable,
      title: 'scripted',
      place: HEARING.languageModel,
      answer: (turns, context, options) => this.#answer(turns, context, options),
    },
  };

  async *#answer(
    turns: readonly Turn[],
    { sessionId, user }: CallContext,
    { signal, alreadySaid = '', approve, settled, acted }: AnswerOptions = {},
  ): AsyncGenerator<string> {
    this.asked.push(`think ${sessionId} ${turns.at(-1)?.text} after "${alreadySaid}"`);
    signal?.addEventListener('abort', () => this.asked.push('think no more'), { once: true });
    for (const piece of this.pieces) {
      if (piece === '…') await aborted(signal);
      if (piece === 'settled?') await settled;
      if (piece === 'acts') acted?.();
      if (piece === 'approved?') {
        const request = { tool: 'order', description: 'Orders.', argumentsText: '{}' };
        yield String(await approve?.(request, signal ?? new AbortController().signal));
        continue;
      }
      if (piece === 'chosen?') {
        yield String(await user?.choose('Which?', CHOICES, { signal: this.ownSignal }));
        continue;
      }
      if (piece === 'offer') user?.offer('Which?', CHOICES, { signal: this.ownSignal });
      if (piece === 'write') user?.write('Look.');
      yield piece;
    }
  }
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

/** A host with scripted engines on a real socket, that can be lost and come back. */
export class HostScene implements AsyncDisposable {
  readonly scripted = new ScriptedParts();
  readonly logged: string[] = [];
  readonly #dir: string;
  readonly #clients: SpeechClient[] = [];
  #server: SpeechServer | undefined;

  private constructor(dir: string) {
    this.#dir = dir;
  }

  static async open(): Promise<HostScene> {
    const scene = new HostScene(await mkdtemp(join(tmpdir(), 'oracle-calls-')));
    await scene.start();
    return scene;
  }

  get socketPath(): string {
    return join(this.#dir, 'speech');
  }

  get server(): SpeechServer {
    if (this.#server === undefined) throw new Error('no host');
    return this.#server;
  }

  async start(loaded: Promise<SpeechParts> = Promise.resolve(this.scripted.parts)): Promise<void> {
    this.#server = await SpeechServer.listen(this.socketPath, loaded);
  }

  /** As a killed process does: every connection breaks, nobody listens. */
  async lose(): Promise<void> {
    await this.#server?.close();
    this.#server = undefined;
  }

  client(clock: Clock, check?: SpeechClientDeps['check']): SpeechClient {
    const log: Logger = { ...silentLogger, warn: (message) => void this.logged.push(message) };
    const client = new SpeechClient({ socketPath: this.socketPath, clock, log, check });
    this.#clients.push(client);
    return client;
  }

  engines(clock: Clock, wishes?: Pick<CallContext, 'voice' | 'language'>): Promise<RemoteEngines> {
    return openRemoteEngines(this.client(clock), undefined, wishes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) await client.close();
    await this.lose();
    await rm(this.#dir, { recursive: true, force: true });
  }
}
