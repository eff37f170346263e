import { serveEngine } from '../../speech/engine/serve-engine.ts';
import { SentenceModel } from './sentence-model.ts';

await serveEngine<readonly string[], readonly Float32Array[], null>(async (data) => {
  const { weightsDir } = data as { readonly weightsDir: string };
  const model = await SentenceModel.load(weightsDir);
  // The first run allocates; let no caller wait for that.
  await model.embed('hello');
  return {
    facts: null,
    async run(texts, isCancelled) {
      const vectors: Float32Array[] = [];
      for (const text of texts) {
        if (isCancelled()) break;
        vectors.push(await model.embed(text));
      }
      return vectors;
    },
  };
});
