import { serveEngine } from '../engine/serve-engine.ts';
import { Moonshine } from './moonshine.ts';
import { RECOGNISER_SAMPLE_RATE } from './recogniser.ts';
import type { Recognised, RecogniserInput } from './recogniser.ts';

await serveEngine<RecogniserInput, Recognised, null>(async (data) => {
  const { weightsDir } = data as { readonly weightsDir: string };
  const model = await Moonshine.load(weightsDir);
  // The first run allocates; let no caller wait for that.
  await model.transcribe(new Float32Array(RECOGNISER_SAMPLE_RATE).fill(0.1), () => false);
  return {
    facts: null,
    run: ({ pcm16k, rivals }, isCancelled) => model.transcribe(pcm16k, isCancelled, rivals),
  };
});
