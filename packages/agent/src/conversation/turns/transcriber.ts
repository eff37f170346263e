import type { Clock } from '@oracle-calls/protocol';
import { RECOGNISER_SAMPLE_RATE } from '../../speech/recogniser/recogniser.ts';
import type { Recognised, Recogniser } from '../../speech/recogniser/recogniser.ts';

/** New speech since the last time that makes another look worth its while, in samples: 0.4 s, about a word. */
const STEP_SAMPLES = 0.4 * RECOGNISER_SAMPLE_RATE;

interface Run {
  /** How much of the utterance it looks at, in samples. */
  readonly upTo: number;
  readonly heard: Promise<Recognised>;
  /** Whether it was compared with what it might be instead. */
  readonly isCompared: boolean;
  readonly abort: AbortController;
}

/**
 * Recognises an utterance while it grows, with a recogniser that takes whole ones: again and again from its beginning, one run at a time, and never more than half of
 * the time. What was understood up to the end of the speech is not recognised again because silence followed.
 */
export class Transcriber {
  readonly #recogniser: Recogniser;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #onInterim: (text: string) => void;
  #running: Run | undefined;
  #lastUpTo = 0;
  #restUntil = 0;

  /** `onInterim` gets what is understood so far, until {@link settle} or {@link reset}. */
  constructor(recogniser: Recogniser, clock: Pick<Clock, 'now'>, onInterim: (text: string) => void) {
    this.#recogniser = recogniser;
    this.#clock = clock;
    this.#onInterim = onInterim;
  }

  /** The utterance has grown: looks at it if there is enough new in it and time to. `pcm16k` is asked only then. */
  grow(samples: number, pcm16k: () => Float32Array): void {
    if (this.#running !== undefined || this.#clock.now() < this.#restUntil) return;
    if (samples - this.#lastUpTo < STEP_SAMPLES) return;
    const run = this.#start(pcm16k());
    run.heard.then(
      ({ text }) => {
        if (!run.abort.signal.aborted) this.#onInterim(text);
      },
      // Whatever is wrong shows when the utterance is settled.
      () => undefined,
    );
  }

  /**
   * All of it, as understood up to `speechEnd`, in samples: by the run under way if that looks so far already, else by another, which takes its place.
   * With `rivals` it is also compared with these texts, which a run under way does not do.
   *
   * @throws what the recogniser throws; `signal.reason` of an abort by {@link reset} or by settling again
   */
  settle(pcm16k: Float32Array, speechEnd: number, rivals?: readonly string[]): Promise<Recognised> {
    const running = this.#running;
    const isEnough = running !== undefined && running.upTo >= speechEnd && (rivals === undefined || running.isCompared);
    if (isEnough) return running.heard;
    running?.abort.abort(new Error('more was said'));
    return this.#start(pcm16k, rivals).heard;
  }

  /** Another utterance begins. */
  reset(): void {
    this.#running?.abort.abort(new Error('the utterance is over'));
    this.#running = undefined;
    this.#lastUpTo = 0;
    this.#restUntil = 0;
  }

  #start(pcm16k: Float32Array, rivals?: readonly string[]): Run {
    const abort = new AbortController();
    const begunAt = this.#clock.now();
    const heard = this.#recogniser
      .transcribe(pcm16k, { signal: abort.signal, rivals })
      .then((result) => ({ ...result, text: result.text.trim() }));
    const run: Run = { upTo: pcm16k.length, heard, isCompared: rivals !== undefined, abort };
    this.#running = run;
    this.#lastUpTo = pcm16k.length;
    const over = (): void => {
      if (this.#running !== run) return;
      this.#running = undefined;
      const now = this.#clock.now();
      this.#restUntil = now + (now - begunAt);
    };
    heard.then(over, over);
    return run;
  }
}
