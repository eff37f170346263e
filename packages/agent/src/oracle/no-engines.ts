import { VOICE_SAMPLE_RATE } from '@oracle-calls/node-media/pcm';
import { OracleCallError } from '@oracle-calls/protocol';
import { createBrain } from '../brain/create-brain.ts';
import type { Brain } from '../brain/brain.ts';
import type { SpeechToSpeech } from '../hosted/realtime/speech-to-speech.ts';
import type { Recogniser } from '../speech/recogniser/recogniser.ts';
import type { Synthesiser } from '../speech/synthesiser/synthesiser.ts';

export interface NoEngines {
  readonly recogniser: Recogniser;
  readonly synthesiser: Synthesiser;
  readonly turnDetector: undefined;
  readonly brain: Brain;
}

/** In the places of engines that a realtime model needs none of. Nothing is loaded; whoever uses one all the same is told. */
export function noEngines({ title, place }: SpeechToSpeech): NoEngines {
  const close = (): Promise<void> => Promise.resolve();
  const held = { close, [Symbol.asyncDispose]: close };
  const unused = (): never => {
    throw new OracleCallError('ERR_INTERNAL', 'The realtime model hears and speaks by itself.');
  };
  return {
    recogniser: { ...held, transcribe: unused },
    synthesiser: { ...held, sampleRate: VOICE_SAMPLE_RATE, synthesise: unused },
    turnDetector: undefined,
    brain: createBrain({ title, place, answer: unused }),
  };
}
