import { ReadableStream } from 'node:stream/web';
import { AudioFrame } from '@livekit/rtc-node';
import { silentLogger, systemClock } from '@oracle-calls/protocol';
import { ON_THIS_MACHINE } from '@oracle-calls/protocol/hearing';
import type { Logger } from '@oracle-calls/protocol';
import { floatToInt16, resample } from '@oracle-calls/node-media/pcm';
import type { Speaker } from '@oracle-calls/node-media/seat';
import { openVad, startConversation } from '@oracle-calls/agent/conversation';
import type { Conversation, SpokenWords, TurnMeasures } from '@oracle-calls/agent/conversation';
import { createBrain, questionOf } from '@oracle-calls/agent/oracle';
import type { Turn, TurnSettings } from '@oracle-calls/agent/oracle';
import type { SpokenModels } from './models.ts';

const EAR_RATE = 16_000;
const FRAME_MS = 20;
const EAR_SAMPLES = (EAR_RATE * FRAME_MS) / 1000;
const now = (): number => systemClock.now();

/** How the user's loudspeaker gets into the user's microphone. */
export interface EchoPath {
  readonly delayMs: number;
  /** Of the amplitude. */
  readonly gain: number;
}

/** A room with one user: what is said in it, what the oracle's loudspeaker plays, and what of both the microphone hears, in real time. */
class Room implements Speaker {
  readonly sampleRate = 48_000;
  /** What the loudspeaker played, at the microphone's rate: by the instant of the first sample. */
  readonly #played: { readonly at: number; readonly samples: Float32Array }[] = [];
  readonly #said: { readonly at: number; readonly samples: Float32Array }[] = [];
  readonly echo: EchoPath | undefined;
  #endsAt = 0;

  constructor(echo: EchoPath | undefined) {
    this.echo = echo;
  }

  get queuedMs(): number {
    return Math.max(0, this.#endsAt - now());
  }

  async play(frame: AudioFrame): Promise<void> {
    const at = now() + this.queuedMs;
    const samples = Float32Array.from(
      { length: frame.samplesPerChannel / 3 },
      (_, i) => (frame.data[i * 3] ?? 0) / 32_768,
    );
    this.#played.push({ at, samples });
    this.#endsAt = at + FRAME_MS;
    if (this.queuedMs > 200) await systemClock.sleep(this.queuedMs - 200);
  }

  async drained(): Promise<void> {
    while (this.queuedMs > 0) await systemClock.sleep(this.queuedMs);
  }

  clear(): void {
    const cutAt = now();
    for (let i = this.#played.length - 1; i >= 0 && (this.#played[i]?.at ?? 0) >= cutAt; i--) this.#played.pop();
    this.#endsAt = Math.min(this.#endsAt, cutAt);
  }

  /** The user says this, or something makes this sound, from now on. */
  sound(samples: Float32Array, at = now()): void {
    this.#said.push({ at, samples });
  }

  /** Whether the loudspeaker was silent in this time. */
  isSilentBetween(from: number, to: number): boolean {
    return !this.#played.some(({ at }) => at + FRAME_MS > from && at < to);
  }

  /** The first instant from `from` on at which the loudspeaker plays nothing for a tenth of a second. */
  silentFrom(from: number): number {
    let at = from;
    while (!this.isSilentBetween(at, at + 100)) at += 5;
    return at;
  }

  /** What was played in all. */
  get heard(): Float32Array {
    return join(this.#played.map(({ samples }) => samples));
  }

  microphone(at: number): Int16Array {
    const mixed = new Float32Array(EAR_SAMPLES);
    for (const said of this.#said) add(mixed, at, said, 1);
    if (this.echo !== undefined) {
      for (const played of this.#played.slice(-100)) {
        add(mixed, at, { at: played.at + this.echo.delayMs, samples: played.samples }, this.echo.gain);
      }
    }
    // A room is never silent.
    for (let i = 0; i < mixed.length; i++) mixed[i] = (mixed[i] ?? 0) + (Math.random() - 0.5) * 0.001;
    return floatToInt16(mixed);
  }
}

function add(
  mixed: Float32Array,
  at: number,
  sound: { readonly at: number; readonly samples: Float32Array },
  gain: number,
): void {
  const offset = Math.round(((at - sound.at) / 1000) * EAR_RATE);
  for (let i = Math.max(0, -offset); i < mixed.length && i + offset < sound.samples.length; i++) {
    mixed[i] = (mixed[i] ?? 0) + gain * (sound.samples[i + offset] ?? 0);
  }
}

function join(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export interface SpokenSceneOptions {
  readonly echo?: EchoPath | undefined;
  readonly turns?: TurnSettings | undefined;
  /** The brain's answer to a question, said in pieces of a few letters. */
  readonly answer?: ((question: string) => string) | undefined;
  readonly log?: Logger | undefined;
}

/** A spoken conversation with real models and a scripted brain, in real time. */
export class SpokenScene implements AsyncDisposable {
  readonly room: Room;
  readonly words: SpokenWords[] = [];
  readonly turns: TurnMeasures[] = [];
  readonly asked: (readonly Turn[])[] = [];
  readonly activities: string[] = [];
  readonly #models: SpokenModels;
  readonly #closing = new AbortController();
  #conversation: Conversation | undefined;

  private constructor(models: SpokenModels, echo: EchoPath | undefined) {
    this.#models = models;
    this.room = new Room(echo);
  }

  static async open(models: SpokenModels, options: SpokenSceneOptions = {}): Promise<SpokenScene> {
    const scene = new SpokenScene(models, options.echo);
    const { answer = () => 'It is Paris.', turns, log = silentLogger } = options;
    const brain = createBrain({
      title: 'scripted',
      place: ON_THIS_MACHINE,
      async *answer(said) {
        scene.asked.push(said);
        for (const piece of answer(questionOf(said)).match(/.{1,4}/gs) ?? []) {
          await systemClock.sleep(5);
          yield piece;
        }
      },
    });
    scene.#conversation = await startConversation({
      engines: { ...models, brain, vad: openVad() },
      speaker: scene.room,
      context: { sessionId: 's' },
      observer: {
        words: (words) => scene.words.push(words),
        activity: (activity) => scene.activities.push(activity),
        turn: (measures) => scene.turns.push(measures),
      },
      turns,
      log,
      clock: systemClock,
      onFailed: (cause) => {
        throw cause;
      },
    });
    await scene.#conversation.hear(scene.#microphone());
    return scene;
  }

  get conversation(): Conversation {
    if (this.#conversation === undefined) throw new Error('not started');
    return this.#conversation;
  }

  /** The user says a sentence now; `gain` of its amplitude. Tells when the speech begins and ends. */
  async say(
    text: string,
    { gain = 1, pitch = 1 } = {},
  ): Promise<{ readonly startsAt: number; readonly endsAt: number }> {
    const samples = await this.voiceOf(text, { gain, pitch });
    const startsAt = now();
    this.room.sound(samples, startsAt);
    return { startsAt, endsAt: startsAt + (samples.length / EAR_RATE) * 1000 };
  }

  /** A sentence in another voice than the oracle's, by its pitch, without the silence around it. */
  async voiceOf(text: string, { gain = 1, pitch = 1 } = {}): Promise<Float32Array> {
    const spoken = await this.#models.synthesiser.synthesise(text);
    const samples = resample(spoken, 48_000 * pitch, EAR_RATE);
    const first = samples.findIndex((sample) => Math.abs(sample) > 0.02);
    const last = samples.findLastIndex((sample) => Math.abs(sample) > 0.02);
    return samples.slice(first, last + 1).map((sample) => sample * gain);
  }

  /** What the user's side of the captions says now, final ones alone. */
  get userSaid(): string[] {
    return this.words.filter(({ speaker, isFinal }) => speaker === 'user' && isFinal).map(({ text }) => text);
  }

  get oracleSaid(): string[] {
    return this.words.filter(({ speaker, isFinal }) => speaker === 'oracle' && isFinal).map(({ text }) => text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#conversation?.close();
  }

  #microphone(): ReadableStream<AudioFrame> {
    const { signal } = this.#closing;
    let at = now();
    return new ReadableStream<AudioFrame>({
      pull: async (controller) => {
        at += FRAME_MS;
        if (at > now()) await systemClock.sleep(at - now());
        if (signal.aborted) return controller.close();
        controller.enqueue(new AudioFrame(this.room.microphone(at - FRAME_MS), EAR_RATE, 1, EAR_SAMPLES));
      },
    });
  }
}
