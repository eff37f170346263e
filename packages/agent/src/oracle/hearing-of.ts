import { ON_THIS_MACHINE, placeOf, type CallHearing, type EnginePlace } from '@oracle-calls/protocol/hearing';
import { SENT_TO_REALTIME } from '../hosted/realtime/speech-to-speech.ts';
import { memorySettingsOf } from '../memory/memory-settings.ts';
import type { OracleSettings, RecognitionSettings, SpeechSettings } from './brain-settings.ts';
import type { OracleDefinition } from './define-oracle.ts';

/** Who hears the calls of an oracle, known before anything of it is opened: callers are to be told before they speak. */
export function hearingOf(
  { recognition, speech, memory }: Pick<OracleSettings, 'recognition' | 'speech' | 'memory'>,
  definition: Pick<OracleDefinition, 'brain' | 'memory' | 'pictures'>,
): CallHearing {
  const languageModel = brainPlace(definition.brain);
  const remembers = memorySettingsOf(memory ?? definition.memory) !== undefined;
  // It hears and speaks by itself: whatever else is chosen has no part.
  if (definition.brain?.kind === 'realtime') {
    return { recognition: languageModel, languageModel, speech: languageModel, remembers };
  }
  return {
    recognition: voicePlace(recognition, 'audio'),
    languageModel,
    speech: voicePlace(speech, 'text'),
    ...withPictures(picturesPlace(definition)),
    remembers,
  };
}

const withPictures = (pictures: EnginePlace | undefined): Pick<CallHearing, 'pictures'> =>
  pictures === undefined ? {} : { pictures };

/** Who sees what the user shows; `undefined`: nobody looks. A brain that sees says it by itself, and nothing else may be said beside it. */
export function picturesPlace({
  brain,
  pictures,
}: Pick<OracleDefinition, 'brain' | 'pictures'>): EnginePlace | undefined {
  if (brain?.kind !== 'chat' && brain?.kind !== 'webhook') return pictures;
  if (brain.vision !== true) return pictures;
  const own = brainPlace(brain);
  return own.where === 'this-machine' ? own : { ...own, what: ['pictures'] };
}

function voicePlace(settings: RecognitionSettings | SpeechSettings | undefined, what: 'audio' | 'text'): EnginePlace {
  if (settings === undefined || settings.kind === 'local') return ON_THIS_MACHINE;
  return settings.place ?? placeOf(settings.baseUrl, [what]);
}

export function brainPlace(brain: OracleDefinition['brain']): EnginePlace {
  switch (brain?.kind) {
    case undefined:
    case 'local':
      return ON_THIS_MACHINE;
    case 'chat':
      return brain.place ?? placeOf(brain.baseUrl, ['text']);
    case 'webhook':
      return brain.place ?? placeOf(brain.url, ['text']);
    case 'realtime':
      return brain.place ?? placeOf(brain.baseUrl, SENT_TO_REALTIME);
    case 'own':
      return brain.place;
    default:
      return brain satisfies never;
  }
}
