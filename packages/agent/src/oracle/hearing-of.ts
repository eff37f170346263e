import { ON_THIS_MACHINE, placeOf, type CallHearing, type EnginePlace } from '@oracle-calls/protocol/hearing';
import type { OracleSettings, RecognitionSettings, SpeechSettings } from './brain-settings.ts';
import type { OracleDefinition } from './define-oracle.ts';

/** Who hears the calls of an oracle, known before anything of it is opened: callers are to be told before they speak. */
export function hearingOf(
  { recognition, speech }: Pick<OracleSettings, 'recognition' | 'speech'>,
  { brain }: Pick<OracleDefinition, 'brain'>,
): CallHearing {
  if (brain?.kind === 'realtime') {
    const place = brainPlace(brain);
    return { recognition: place, languageModel: place, speech: place, remembers: false };
  }
  return {
    recognition: voicePlace(recognition, 'audio'),
    languageModel: brainPlace(brain),
    speech: voicePlace(speech, 'text'),
    remembers: false,
  };
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
      return brain.place ?? placeOf(brain.baseUrl, ['audio']);
    case 'own':
      return brain.place;
    default:
      return brain satisfies never;
  }
}
