import { readFile } from 'node:fs/promises';
import { readWav, resample, VOICE_SAMPLE_RATE } from '@oracle-calls/node-media/pcm';

/** Something to tell the oracle. */
export type Utterance =
  | { readonly kind: 'text'; readonly text: string }
  /** Mono at 48 kHz. */
  | { readonly kind: 'sound'; readonly samples: Float32Array };

/**
 * A sound file as something to say.
 *
 * @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED` when it is no WAVE file of 16-bit PCM
 */
export async function readUtterance(file: string): Promise<Utterance> {
  const { samples, sampleRate } = readWav(await readFile(file));
  return { kind: 'sound', samples: resample(samples, sampleRate, VOICE_SAMPLE_RATE) };
}
