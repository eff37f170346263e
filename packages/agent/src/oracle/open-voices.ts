import { OracleCallError } from '@oracle-calls/protocol';
import { openRecognitionEndpoint } from '../hosted/recognition/recognition-endpoint.ts';
import { openSpeechEndpoint } from '../hosted/speech/speech-endpoint.ts';
import { readBearerFile } from '../identity/oracle-key.ts';
import type { OpenEngineOptions } from '../speech/engine/engine-host.ts';
import { openRecogniser } from '../speech/recogniser/recogniser.ts';
import type { Recogniser } from '../speech/recogniser/recogniser.ts';
import { openSynthesiser } from '../speech/synthesiser/synthesiser.ts';
import type { Synthesiser } from '../speech/synthesiser/synthesiser.ts';
import type { RecognitionSettings, SpeechSettings } from './brain-settings.ts';

type LocalOptions = { readonly weightsDir: string } & OpenEngineOptions;

/** @throws {OracleCallError} as the local one; `ERR_PROTOCOL_MALFORMED` when the file of a key cannot be read */
export async function openChosenRecogniser(
  settings: RecognitionSettings | undefined,
  local: LocalOptions,
): Promise<Recogniser> {
  if (settings === undefined || settings.kind === 'local') {
    return openRecogniser(local);
  }
  const { kind: _kind, apiKeyFile, place: _place, ...endpoint } = settings;
  const key = apiKeyFile === undefined ? undefined : await readBearerFile(apiKeyFile, 'recognition key');
  return openRecognitionEndpoint({ ...endpoint, key });
}

export interface ChosenVoice {
  /** The oracle's own, when its settings name none. */
  readonly voice: string | undefined;
  readonly sampleRate: number;
}

/** @throws {OracleCallError} as the local one; `ERR_CONFIG_INVALID` when no voice is named, `ERR_PROTOCOL_MALFORMED` */
export async function openChosenSynthesiser(
  settings: SpeechSettings | undefined,
  { voice: ownVoice, sampleRate }: ChosenVoice,
  local: LocalOptions,
): Promise<Synthesiser> {
  if (settings === undefined || settings.kind === 'local') {
    return openSynthesiser({ ...local, sampleRate });
  }
  const { kind: _kind, apiKeyFile, place: _place, pcmSampleRate, voice = ownVoice, ...endpoint } = settings;
  if (voice === undefined) throw new OracleCallError('ERR_CONFIG_INVALID', 'speech: the endpoint needs a voice.');
  const key = apiKeyFile === undefined ? undefined : await readBearerFile(apiKeyFile, 'speech key');
  return openSpeechEndpoint({ ...endpoint, voice, key }, { sampleRate, pcmSampleRate });
}
