import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { openEngine } from '../engine/engine-host.ts';
import type { EngineOptions, OpenEngineOptions } from '../engine/engine-host.ts';
import { WEIGHT_FILES } from '../weights-layout.ts';

/** Hears whether somebody has finished, in a thread of its own. */
export interface TurnDetector extends AsyncDisposable {
  /**
   * How likely it is, from 0 to 1, that the speaker has finished: of an utterance and the fifth of a second after it, in mono samples
   * of −1…1 at `RECOGNISER_SAMPLE_RATE`. Looks at the last eight seconds.
   */
  completion(pcm16k: Float32Array, options?: EngineOptions): Promise<number>;
  close(): Promise<void>;
}

/** What the detector's thread is given. */
export interface TurnDetectorInput {
  readonly pcm16k: Float32Array;
}

/**
 * Opens Smart Turn from the weights folder; `undefined` where the folder has none, as with an oracle whose parts all work elsewhere: then words and
 * silence alone tell when a turn is over.
 *
 * @throws {OracleCallError} `ERR_INTERNAL` when the model cannot be loaded
 */
export async function openTurnDetector(
  options: { readonly weightsDir: string } & OpenEngineOptions,
): Promise<TurnDetector | undefined> {
  const isThere = await access(join(options.weightsDir, WEIGHT_FILES.turnModel)).then(
    () => true,
    () => false,
  );
  if (!isThere) return undefined;
  const engine = await openEngine<TurnDetectorInput, { completion: number }, null>(
    'turn detector',
    new URL('./turn-detector-thread.ts', import.meta.url),
    { weightsDir: options.weightsDir },
    options,
  );
  return {
    completion: async (pcm16k, runOptions) => (await engine.run({ pcm16k }, runOptions)).completion,
    close: () => engine.close(),
    [Symbol.asyncDispose]: () => engine.close(),
  };
}
