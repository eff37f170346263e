import { openEngine } from '../engine/engine-host.ts';
import type { EngineOptions, OpenEngineOptions } from '../engine/engine-host.ts';

/** What Moonshine was trained on, in hertz. */
export const RECOGNISER_SAMPLE_RATE = 16_000;

/** Speech to text, in a thread of its own. English only. */
export interface Recogniser extends AsyncDisposable {
  /** What was said in mono samples of −1…1 at {@link RECOGNISER_SAMPLE_RATE}; empty text when nothing was understood. */
  transcribe(pcm16k: Float32Array, options?: EngineOptions): Promise<{ readonly text: string }>;
  close(): Promise<void>;
}

/** What the recogniser's thread is given. */
export interface RecogniserInput {
  readonly pcm16k: Float32Array;
}

/**
 * Opens Moonshine base from the weights folder.
 *
 * @throws {OracleCallError} `ERR_INTERNAL` when the model cannot be loaded
 */
export async function openRecogniser(
  options: { readonly weightsDir: string } & OpenEngineOptions,
): Promise<Recogniser> {
  const engine = await openEngine<RecogniserInput, { text: string }, null>(
    'recogniser',
    new URL('./recogniser-thread.ts', import.meta.url),
    { weightsDir: options.weightsDir },
    options,
  );
  return {
    transcribe: (pcm16k, runOptions) => engine.run({ pcm16k }, runOptions),
    close: () => engine.close(),
    [Symbol.asyncDispose]: () => engine.close(),
  };
}
