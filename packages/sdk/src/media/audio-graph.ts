import { Speaker } from './speaker.ts';

/** Samples per look at loudness: 256 at 48 kHz are 5 ms, shorter than the steps in which it is polled. */
const WINDOW_SAMPLES = 256;

/** A running measurement of one track's loudness. */
export interface LevelProbe extends Disposable {
  /** Root mean square of full scale, 0 to 1, over the last few milliseconds. */
  level(): number;
}

/** What of the page's sound the SDK makes, measures and moves. Browsers allow only a few `AudioContext`s, and want a click before the first. */
export class AudioGraph implements Disposable {
  readonly speaker = new Speaker();
  #sounds: AudioContext | undefined;
  #meters: AudioContext | undefined;
  readonly #probes = new Set<LevelProbe>();

  /** The context for sounds of the page's own, made when first needed. */
  open(): AudioContext {
    this.#sounds ??= new AudioContext();
    return resumed(this.#sounds);
  }

  /** Makes the context for loudness ahead of time; inside a click it may start. */
  ready(): AudioContext {
    this.#meters ??= new AudioContext();
    return resumed(this.#meters);
  }

  /**
   * Chromium keeps the source of a stream for as long as its context runs, disconnected or not, and with it the track, the peer connection
   * that the track came by, and whatever listens to them (seen in 156: `MediaStreamAudioSourceNode` among the pending activities of a
   * heap snapshot). So the context ends with its last probe, and the next has another.
   */
  probe(track: MediaStreamTrack): LevelProbe {
    const context = this.ready();
    const source = context.createMediaStreamSource(new MediaStream([track]));
    const analyser = new AnalyserNode(context, { fftSize: WINDOW_SAMPLES });
    source.connect(analyser);
    const samples = new Float32Array(WINDOW_SAMPLES);
    const probe: LevelProbe = {
      level: () => {
        if (!this.#probes.has(probe)) return 0;
        analyser.getFloatTimeDomainData(samples);
        return rootMeanSquare(samples);
      },
      [Symbol.dispose]: () => {
        source.disconnect();
        if (this.#probes.delete(probe) && this.#probes.size === 0) this.#closeMeters();
      },
    };
    this.#probes.add(probe);
    return probe;
  }

  [Symbol.dispose](): void {
    this.#sounds?.close().catch(() => undefined);
    this.#sounds = undefined;
    this.#closeMeters();
  }

  #closeMeters(): void {
    this.#meters?.close().catch(() => undefined);
    this.#meters = undefined;
    this.#probes.clear();
  }
}

/** Without a click so far it stays suspended, and levels read 0: calls work, only the timeline lacks audible stages. */
function resumed(context: AudioContext): AudioContext {
  if (context.state === 'suspended') context.resume().catch(() => undefined);
  return context;
}

export function rootMeanSquare(samples: Float32Array): number {
  let energy = 0;
  for (const sample of samples) energy += sample * sample;
  return Math.sqrt(energy / samples.length);
}
