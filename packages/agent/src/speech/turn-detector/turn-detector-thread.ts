import { serveEngine } from '../engine/serve-engine.ts';
import { SmartTurn } from './smart-turn.ts';
import type { TurnDetectorInput } from './turn-detector.ts';

await serveEngine<TurnDetectorInput, { completion: number }, null>(async (data) => {
  const { weightsDir } = data as { readonly weightsDir: string };
  const model = await SmartTurn.load(weightsDir);
  // The first run allocates; let no caller wait for that.
  await model.completion(new Float32Array(1).fill(0.1));
  return { facts: null, run: async ({ pcm16k }) => ({ completion: await model.completion(pcm16k) }) };
});
