import { openEngine } from '../engine/engine-host.ts';
import type { EngineOptions, OpenEngineOptions } from '../engine/engine-host.ts';

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
  const engine = await openEngine<string, Float32Array, { sampleRate: number }>(
    'synthesiser',
    new URL('./synthesiser-thread.ts', import.meta.url),
    data,
    options,
  );
  return {
    sampleRate: engine.facts.sampleRate,
    synthesise: (text, { signal } = {}) => engine.run(text, { signal }),
    close: () => engine.close(),
    [Symbol.asyncDispose]: () => engine.close(),
  };
}
