import { rms } from '@oracle-calls/node-media/pcm';

/** Hertz of the sound, as the API has it. */
export const MODEL_SAMPLE_RATE = 24_000;

const WINDOW_MS = 20;
const WINDOW = (MODEL_SAMPLE_RATE * WINDOW_MS) / 1_000;
/** Root mean square from which a window is somebody's voice. */
const LOUD_RMS = 0.01;
/** So many in a row are speech, and not a click. */
const ONSET_WINDOWS = 4;

export interface DetectionSettings {
  readonly prefix_padding_ms: number;
  readonly silence_duration_ms: number;
}

export type Detected =
  | { readonly kind: 'started'; readonly audioStartMs: number }
  /** With the sound itself, padding and silence included. */
  | { readonly kind: 'stopped'; readonly audioEndMs: number; readonly samples: Float32Array };

/** Finds speech in sound by its energy. Places are ms of all sound that came in. */
export class SpeechDetector {
  readonly #settings: DetectionSettings;
  #rest = new Float32Array(0);
  #placeMs = 0;
  #loud = 0;
  #quietMs = 0;
  #isSpeech = false;
  #kept: Float32Array[] = [];

  constructor(settings: DetectionSettings) {
    this.#settings = settings;
  }

  push(samples: Float32Array): readonly Detected[] {
    const all = joined([this.#rest, samples]);
    const found: Detected[] = [];
    let at = 0;
    for (; at + WINDOW <= all.length; at += WINDOW) found.push(...this.#take(all.slice(at, at + WINDOW)));
    this.#rest = all.slice(at);
    return found;
  }

  #take(window: Float32Array): readonly Detected[] {
    const { prefix_padding_ms: paddingMs, silence_duration_ms: silenceMs } = this.#settings;
    this.#placeMs += WINDOW_MS;
    const isLoud = rms(window) > LOUD_RMS;
    this.#loud = isLoud ? this.#loud + 1 : 0;
    this.#quietMs = isLoud ? 0 : this.#quietMs + WINDOW_MS;
    this.#kept.push(window);
    if (this.#isSpeech) {
      if (this.#quietMs < silenceMs) return [];
      this.#isSpeech = false;
      const samples = joined(this.#kept);
      this.#kept = [];
      return [{ kind: 'stopped', audioEndMs: this.#placeMs, samples }];
    }
    const keptMs = paddingMs + ONSET_WINDOWS * WINDOW_MS;
    if (this.#kept.length * WINDOW_MS > keptMs) this.#kept.shift();
    if (this.#loud < ONSET_WINDOWS) return [];
    this.#isSpeech = true;
    return [{ kind: 'started', audioStartMs: Math.max(0, this.#placeMs - keptMs) }];
  }
}

function joined(pieces: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const all = new Float32Array(pieces.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
