import { Speaker } from './speaker.ts';

/** Samples per look at loudness: 256 at 48 kHz are 5 ms, shorter than the steps in which it is polled. */
const WINDOW_SAMPLES = 256;

/** A running measurement of one track's loudness. */
export interface LevelProbe extends Disposable {
  /** Root mean square of full scale, 0 to 1, over the last few milliseconds. */
  level(): number;
}

/** The page's one `AudioContext`, made when first needed; browsers allow only a few, and want a click before the first. */
export class AudioGraph implements Disposable {
  readonly speaker = new Speaker();
  #context: AudioContext | undefined;

  /** Makes the context ahead of time; inside a click it may start. */
  open(): AudioContext {
    this.#context ??= new AudioContext();
    // Without a click so far it stays suspended, and levels read 0: calls work, only the timeline lacks audible stages.
    if (this.#context.state === 'suspended') this.#context.resume().catch(() => undefined);
    return this.#context;
  }

  probe(track: MediaStreamTrack): LevelProbe {
    const context = this.open();
    const source = context.createMediaStreamSource(new MediaStream([track]));
    const analyser = new AnalyserNode(context, { fftSize: WINDOW_SAMPLES });
    source.connect(analyser);
    const samples = new Float32Array(WINDOW_SAMPLES);
    return {
      level: () => {
        analyser.getFloatTimeDomainData(samples);
        return rootMeanSquare(samples);
      },
      [Symbol.dispose]: () => source.disconnect(),
    };
  }

  [Symbol.dispose](): void {
    this.#context?.close().catch(() => undefined);
    this.#context = undefined;
  }
}

export function rootMeanSquare(samples: Float32Array): number {
  let energy = 0;
  for (const sample of samples) energy += sample * sample;
  return Math.sqrt(energy / samples.length);
}
