import { ReadableStream } from 'node:stream/web';
import type { AudioFrame } from '@livekit/rtc-node';
import { floatToInt16, playoutMs } from '@oracle-calls/node-media/pcm';
import type { Synthesiser, TimedSpeech } from '../../speech/synthesiser/synthesiser.ts';
import { framesOf } from './frames.ts';
import { SentenceCutter } from './sentence-cutter.ts';
import { SpeechScript } from './speech-script.ts';
import type { VoiceFailures } from './voice-failures.ts';

/** The next sentence is synthesised when this much is left of what is there, in ms: a slow machine speaks twice as fast as it plays. */
const AHEAD_MS = 4_000;
/** First sentences that are kept ready; more are begun only by users who go on and on. */
const MAX_READY = 2;

type Sentence = Pick<TimedSpeech, 'samples'> & Partial<Pick<TimedSpeech, 'words'>>;

interface Ready {
  readonly sentence: string;
  readonly sound: Promise<Sentence>;
  readonly abort: AbortController;
}

/**
 * The oracle's voice for answers: each sentence is synthesised as soon as it is complete and it is time to, the next while the first is heard.
 * The first sentence of an answer that is begun early can be made ready before it is known whether it is wanted.
 * A sentence that cannot be spoken is left out of the sound and stays in the text, in its place.
 */
export class AnswerVoice {
  readonly #synthesiser: Synthesiser;
  readonly #scripts = new WeakMap<AudioFrame, SpeechScript>();
  readonly #givingUp = new WeakMap<SpeechScript, AbortController>();
  readonly #failures: VoiceFailures;
  readonly #running = new Set<AbortController>();
  #ready: Ready[] = [];

  constructor(synthesiser: Synthesiser, failures: VoiceFailures) {
    this.#synthesiser = synthesiser;
    this.#failures = failures;
  }

  /** What is being said where this frame is. */
  readonly scriptOf = (frame: AudioFrame): SpeechScript | undefined => this.#scripts.get(frame);

  /** This is not spoken any more. */
  readonly giveUp = (script: SpeechScript): void => this.#givingUp.get(script)?.abort(new Error('interrupted'));

  /** Something is being made that is to be heard now. */
  get isSpeaking(): boolean {
    return this.#running.size > 0;
  }

  /** Nothing of what is being made is spoken any more, also where no frame of it was heard yet. What is asked for later is. */
  giveUpAll(): void {
    for (const abort of this.#running) abort.abort(new Error('interrupted'));
  }

  /** Takes the pieces of an answer that may be wanted, and makes its first sentence ready. */
  rehearse(): { add(piece: string): void; end(): void } {
    const cutter = new SentenceCutter();
    let isDone = false;
    const make = ([sentence]: readonly string[]): void => {
      if (isDone || sentence === undefined) return;
      isDone = true;
      this.#makeReady(sentence);
    };
    return { add: (piece) => make(isDone ? [] : cutter.add(piece)), end: () => make(cutter.end()) };
  }

  /** The sound of a text that comes in pieces. */
  speak(text: AsyncIterable<string>): ReadableStream<AudioFrame> {
    const script = new SpeechScript();
    const abort = new AbortController();
    this.#givingUp.set(script, abort);
    const frames = this.#frames(text, script, abort.signal);
    const untilGivenUp = rejected(abort.signal);
    this.#running.add(abort);
    const isOver = (): void => void this.#running.delete(abort);
    abort.signal.addEventListener('abort', isOver, { once: true });
    return new ReadableStream<AudioFrame>({
      async pull(controller) {
        try {
          const { done, value } = await Promise.race([frames.next(), untilGivenUp]);
          if (done !== true) return controller.enqueue(value);
          isOver();
          controller.close();
        } catch (cause) {
          isOver();
          if (!abort.signal.aborted) throw cause;
          controller.close();
        }
      },
      cancel: () => abort.abort(new Error('nobody listens')),
    });
  }

  async *#frames(text: AsyncIterable<string>, script: SpeechScript, signal: AbortSignal): AsyncGenerator<AudioFrame> {
    let failed: { readonly cause: unknown } | undefined;
    for await (const sentence of sentencesOf(text)) {
      if (signal.aborted) return;
      await script.nearEnd(AHEAD_MS);
      let sound: Sentence;
      try {
        sound = await this.#soundOf(sentence, signal);
      } catch (cause) {
        if (signal.aborted) return;
        failed = { cause };
        this.#failures.sentenceFailed(cause);
        script.add({ text: sentence, lengthMs: 0 });
        continue;
      }
      this.#failures.answerSpoken();
      const { samples, words } = sound;
      const { sampleRate } = this.#synthesiser;
      script.add({ text: sentence, lengthMs: playoutMs(samples.length, sampleRate), words });
      for (const frame of framesOf(floatToInt16(samples), sampleRate)) {
        this.#scripts.set(frame, script);
        yield frame;
      }
    }
    script.complete();
    // No frame carries the script then, and nobody tells what is in it.
    if (failed !== undefined && script.lengthMs === 0)
      this.#failures.answerFailed(script.heardBy(0).text, failed.cause);
  }

  #soundOf(sentence: string, signal: AbortSignal): Promise<Sentence> {
    const at = this.#ready.findIndex((ready) => ready.sentence === sentence);
    const [ready] = at === -1 ? [] : this.#ready.splice(at, 1);
    return ready?.sound ?? this.#synthesise(sentence, signal);
  }

  async #synthesise(sentence: string, signal: AbortSignal): Promise<Sentence> {
    const { speak } = this.#synthesiser;
    if (speak !== undefined) return speak(sentence, { signal });
    return { samples: await this.#synthesiser.synthesise(sentence, { signal }) };
  }

  #makeReady(sentence: string): void {
    if (this.#ready.some((ready) => ready.sentence === sentence)) return;
    const abort = new AbortController();
    const sound = this.#synthesise(sentence, abort.signal);
    const ready = { sentence, sound, abort };
    // Whoever speaks it sees what went wrong; nobody may. Whoever speaks it later tries again.
    sound.catch(() => {
      this.#ready = this.#ready.filter((other) => other !== ready);
    });
    this.#ready.push(ready);
    while (this.#ready.length > MAX_READY) this.#ready.shift()?.abort.abort(new Error('not wanted'));
  }
}

async function* sentencesOf(text: AsyncIterable<string>): AsyncGenerator<string> {
  const cutter = new SentenceCutter();
  for await (const piece of text) yield* cutter.add(piece);
  yield* cutter.end();
}

function rejected(signal: AbortSignal): Promise<never> {
  const never = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  never.catch(() => undefined);
  return never;
}
