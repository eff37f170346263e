import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { resample, VOICE_SAMPLE_RATE } from '@oracle-calls/node-media/pcm';
import { OracleCallError } from '@oracle-calls/protocol';

/** Trailing silence of synthesised speech, by loudness: people stop when they stop. */
const SILENCE_LEVEL = 0.01;

/** A voice of this machine, for texts. */
export interface SpeakingVoice extends AsyncDisposable {
  /** Mono samples of −1…1 at 48 kHz. */
  speak(text: string, signal: AbortSignal): Promise<Float32Array>;
}

/**
 * The local speech synthesis that agents have too, loaded only when there is something to speak.
 *
 * @throws {OracleCallError} `ERR_CLI_SPEECH` when there is no folder of weights, or not what is needed in it
 */
export async function openSpeakingVoice(weightsDir: string | undefined): Promise<SpeakingVoice> {
  if (weightsDir === undefined) throw new OracleCallError('ERR_CLI_SPEECH', 'No folder of speech models is named.');
  try {
    const { openSynthesiser, WEIGHT_FILES } = await import('@oracle-calls/agent/speech');
    await access(join(weightsDir, WEIGHT_FILES.voiceModel));
    const synthesiser = await openSynthesiser({ weightsDir });
    return {
      async speak(text, signal) {
        const samples = await synthesiser.synthesise(text, { signal });
        let end = samples.length;
        while (end > 0 && Math.abs(samples[end - 1] ?? 0) < SILENCE_LEVEL) end -= 1;
        return resample(samples.subarray(0, end), synthesiser.sampleRate, VOICE_SAMPLE_RATE);
      },
      [Symbol.asyncDispose]: () => synthesiser.close(),
    };
  } catch (cause) {
    throw new OracleCallError('ERR_CLI_SPEECH', `The speech models in ${weightsDir} cannot be used.`, { cause });
  }
}
