import { serveEngine } from '../engine/serve-engine.ts';
import { Moonshine } from './moonshine.ts';
import { RECOGNISER_SAMPLE_RATE } from './recogniser.ts';
import type { RecogniserInput } from './recogniser.ts';

await serveEngine<RecogniserInput, { text: string }, null>(async (data) => {
  const { weightsDir } = data as { readonly weightsDir: string };
  const model = await Moonshine.load(weightsDir);
  // The first run allocates; let no caller wait for that.
  await model.transcribe(new Float32Array(RECOGNISER_SAMPLE_RATE).fill(0.1), () => false);
  return {
    facts: null,
    run: async ({ pcm16k }, isCancelled) => ({ text: await model.transcribe(pcm16k, isCancelled) }),
  };
});
