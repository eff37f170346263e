import { inference } from '@livekit/agents';
import type { VAD } from '@livekit/agents';
import type { Brain } from '../brain/brain.ts';
import type { Recogniser } from '../speech/recogniser/recogniser.ts';
import type { Synthesiser } from '../speech/synthesiser/synthesiser.ts';

/** Silence that ends an utterance, in ms: shorter cuts people who breathe, longer makes the oracle slow. */
export const UTTERANCE_SILENCE_MS = 400;

/** Everything that a conversation needs; closed by whoever opened it. */
export interface Engines {
  readonly recogniser: Recogniser;
  readonly synthesiser: Synthesiser;
  readonly brain: Brain;
  readonly vad: VAD;
}

/** Voice activity detection, in the job's own process: it looks at every 30 ms of sound, and is small. */
export function openVad(): VAD {
  return new inference.VAD({ minSilenceDuration: UTTERANCE_SILENCE_MS });
}
