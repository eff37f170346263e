import { openEngine } from '../engine/engine-host.ts';
import type { EngineOptions, OpenEngineOptions } from '../engine/engine-host.ts';
import type { TimedWord } from './word-times.ts';

/** What was said, and when each of its words sounds. */
export interface TimedSpeech {
  /** Mono samples of −1…1. */
  readonly samples: Float32Array;
  readonly words: readonly TimedWord[];
}

export interface SpeechOptions extends EngineOptions {
  /** The caller's wish. Voices that have no other ignore it. */
  readonly voice?: string | undefined;
}

/** Text to speech, in a thread of its own. */
export interface Synthesiser extends AsyncDisposable {
  /** Hertz of what {@link synthesise} returns. */
  readonly sampleRate: number;
  /** Mono samples of −1…1. Best given one sentence at a time. */
  synthesise(text: string, options?: SpeechOptions): Promise<Float32Array>;
  /** The same with the words' times; absent where the voice does not tell them. */
  readonly speak?: ((text: string, options?: SpeechOptions) => Promise<TimedSpeech>) | undefined;
  close(): Promise<void>;
}

export interface SynthesiserThreadData {
  readonly weightsDir: string;
  readonly sampleRate: number | undefined;
}

/**
 * Opens the Piper voice "joe" from the weights folder. `sampleRate` asks for a rate other than the voice's own 22,050 Hz.
 *
 * @throws {OracleCallError} `ERR_INTERNAL` when the voice cannot be loaded
 */
export async function openSynthesiser(
  options: { readonly weightsDir: string; readonly sampleRate?: number | undefined } & OpenEngineOptions,
): Promise<Synthesiser> {
  const data: SynthesiserThreadData = { weightsDir: options.weightsDir, sampleRate: options.sampleRate };
  const engine = await openEngine<string, TimedSpeech, { sampleRate: number }>(
    'synthesiser',
    new URL('./synthesiser-thread.ts', import.meta.url),
    data,
    options,
  );
  return {
    sampleRate: engine.facts.sampleRate,
    synthesise: async (text, { signal } = {}) => (await engine.run(text, { signal })).samples,
    speak: (text, { signal } = {}) => engine.run(text, { signal }),
    close: () => engine.close(),
    [Symbol.asyncDispose]: () => engine.close(),
  };
}
