import { initializeLogger } from '@livekit/agents';
import { openRecogniser, openSynthesiser, openTurnDetector } from '@oracle-calls/agent/speech';
import type { Recogniser, Synthesiser, TurnDetector } from '@oracle-calls/agent/speech';
import { ensureWeights } from '../../../dev/models/weights.ts';
import { toolCacheDir } from '../../../dev/toolchain/tool-cache.ts';

/** The real models, opened once for a file of tests. */
export interface SpokenModels extends AsyncDisposable {
  readonly recogniser: Recogniser;
  /** At 48 kHz. */
  readonly synthesiser: Synthesiser;
  readonly turnDetector: TurnDetector;
}

export async function openModels(): Promise<SpokenModels> {
  initializeLogger({ pretty: false, level: 'silent' });
  const weightsDir = await ensureWeights(toolCacheDir(), () => undefined);
  const [recogniser, synthesiser, turnDetector] = await Promise.all([
    openRecogniser({ weightsDir }),
    openSynthesiser({ weightsDir, sampleRate: 48_000 }),
    openTurnDetector({ weightsDir }),
  ]);
  if (turnDetector === undefined) throw new Error('the weights have no turn detector');
  return {
    recogniser,
    synthesiser,
    turnDetector,
    async [Symbol.asyncDispose]() {
      await Promise.all([recogniser.close(), synthesiser.close(), turnDetector.close()]);
    },
  };
}
