import { inference } from '@livekit/agents';
import type { VAD } from '@livekit/agents';
import type { Brain } from '../brain/brain.ts';
import type { Recogniser } from '../speech/recogniser/recogniser.ts';
import type { Synthesiser } from '../speech/synthesiser/synthesiser.ts';
import type { TurnDetector } from '../speech/turn-detector/turn-detector.ts';

/** Everything that a conversation needs; closed by whoever opened it. */
export interface Engines {
  readonly recogniser: Recogniser;
  readonly synthesiser: Synthesiser;
  /** Hears whether somebody has finished; absent, words and silence alone tell. */
  readonly turnDetector: TurnDetector | undefined;
  readonly brain: Brain;
  readonly vad: VAD;
}

/** Voice activity detection, in the job's own process: it looks at every 32 ms of sound, and is small. What follows from what it sees is decided in `turns/`. */
export function openVad(): VAD {
  return new inference.VAD();
}
