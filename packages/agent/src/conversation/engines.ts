import { inference } from '@livekit/agents';
import type { VAD } from '@livekit/agents';
import type { Brain } from '../brain/brain.ts';
import { openRecogniser } from '../speech/recogniser/recogniser.ts';
import type { Recogniser } from '../speech/recogniser/recogniser.ts';
import { openSynthesiser } from '../speech/synthesiser/synthesiser.ts';
import type { Synthesiser } from '../speech/synthesiser/synthesiser.ts';

/** Silence that ends an utterance, in ms: shorter cuts people who breathe, longer makes the oracle slow. */
const UTTERANCE_SILENCE_MS = 400;

/** Hertz of the oracle's voice on the wire: Opus' own rate, so that nothing resamples in between. */
export const VOICE_SAMPLE_RATE = 48_000;

/** Everything loaded that a conversation needs. */
export interface Engines extends AsyncDisposable {
  readonly recogniser: Recogniser;
  readonly synthesiser: Synthesiser;
  readonly brain: Brain;
  readonly vad: VAD;
  close(): Promise<void>;
}

/** Loads the local models from the weights folder. About two seconds of one core, and 600 MB. */
export async function openEngines({ weightsDir }: { readonly weightsDir: string }): Promise<Engines> {
  await using opened = new AsyncDisposableStack();
  // One after the other: this happens while other calls are being held on the same cores.
  const recogniser = opened.use(await openRecogniser({ weightsDir }));
  const synthesiser = opened.use(await openSynthesiser({ weightsDir, sampleRate: VOICE_SAMPLE_RATE }));
  // Imported late: a process that waits for work does not pay for llama.cpp yet.
  const { openDemonstrationBrain } = await import('../brain/demonstration-brain.ts');
  const brain = opened.use(await openDemonstrationBrain({ weightsDir }));
  const vad = new inference.VAD({ minSilenceDuration: UTTERANCE_SILENCE_MS });
  const kept = opened.move();
  const close = (): Promise<void> => kept.disposeAsync();
  return { recogniser, synthesiser, brain, vad, close, [Symbol.asyncDispose]: close };
}
