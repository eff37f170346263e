import { openEngine } from '../../speech/engine/engine-host.ts';
import type { EngineOptions, OpenEngineOptions } from '../../speech/engine/engine-host.ts';

/** Texts to vectors of length 1, so that a product of two is the cosine of their angle: 1 for the same meaning, about 0 for none in common. */
export interface Embedder extends AsyncDisposable {
  embed(texts: readonly string[], options?: EngineOptions): Promise<readonly Float32Array[]>;
  close(): Promise<void>;
}

/** Texts that are asked of the thread at a time: a run of an engine is bounded in time, whatever the folder's size. */
const BATCH = 32;

/**
 * Opens all-MiniLM-L6-v2 from the weights folder, in a thread of its own. English.
 *
 * @throws {OracleCallError} `ERR_INTERNAL` when the model cannot be loaded
 */
export async function openEmbedder(options: { readonly weightsDir: string } & OpenEngineOptions): Promise<Embedder> {
  const engine = await openEngine<readonly string[], readonly Float32Array[], null>(
    'sentence model',
    new URL('./embedder-thread.ts', import.meta.url),
    { weightsDir: options.weightsDir },
    options,
  );
  return {
    async embed(texts, runOptions) {
      const vectors: Float32Array[] = [];
      for (let start = 0; start < texts.length; start += BATCH) {
        vectors.push(...(await engine.run(texts.slice(start, start + BATCH), runOptions)));
      }
      return vectors;
    },
    close: () => engine.close(),
    [Symbol.asyncDispose]: () => engine.close(),
  };
}
