import { openEngine } from '../engine/engine-host.ts';
import type { EngineOptions, OpenEngineOptions } from '../engine/engine-host.ts';

/** What Moonshine was trained on, in hertz. */
export const RECOGNISER_SAMPLE_RATE = 16_000;

export interface RecogniseOptions extends EngineOptions {
  /** Short texts, in lower case, that it may have been instead of what is understood. A recogniser that cannot compare takes no notice. */
  readonly rivals?: readonly string[] | undefined;
  /** What the speaker is expected to speak, as a BCP 47 tag. A recogniser of one language takes no notice. */
  readonly language?: string | undefined;
}

/** One of the {@link RecogniseOptions.rivals}. */
export interface Rival {
  readonly text: string;
  /** By how much less likely it is than what was understood: the natural logarithm of the ratio, 0 or more. */
  readonly behind: number;
}

export interface Recognised {
  /** Empty when nothing was understood. */
  readonly text: string;
  /** The likeliest of the rivals; absent when none comes near, or nobody asked. */
  readonly rival?: Rival | undefined;
}

/** Speech to text, in a thread of its own. English only. */
export interface Recogniser extends AsyncDisposable {
  /** What was said in mono samples of −1…1 at {@link RECOGNISER_SAMPLE_RATE}. */
  transcribe(pcm16k: Float32Array, options?: RecogniseOptions): Promise<Recognised>;
  close(): Promise<void>;
}

/** What the recogniser's thread is given. */
export interface RecogniserInput {
  readonly pcm16k: Float32Array;
  readonly rivals?: readonly string[] | undefined;
}

/**
 * Opens Moonshine base from the weights folder.
 *
 * @throws {OracleCallError} `ERR_INTERNAL` when the model cannot be loaded
 */
export async function openRecogniser(
  options: { readonly weightsDir: string } & OpenEngineOptions,
): Promise<Recogniser> {
  const engine = await openEngine<RecogniserInput, Recognised, null>(
    'recogniser',
    new URL('./recogniser-thread.ts', import.meta.url),
    { weightsDir: options.weightsDir },
    options,
  );
  return {
    transcribe: (pcm16k, { rivals, signal } = {}) => engine.run({ pcm16k, rivals }, { signal }),
    close: () => engine.close(),
    [Symbol.asyncDispose]: () => engine.close(),
  };
}
