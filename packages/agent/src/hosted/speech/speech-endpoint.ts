import { int16ToFloat, resample } from '@oracle-calls/node-media/pcm';
import { isOracleCallError, OracleCallError } from '@oracle-calls/protocol';
import type { Synthesiser } from '../../speech/synthesiser/synthesiser.ts';
import { requireSealedAddress } from '../http/plain-address.ts';
import { bytesOf } from '../http/read-answer.ts';
import { retryingOnce } from '../http/retry-stream.ts';
import { post } from '../http/upstream.ts';
import type { UpstreamOptions } from '../http/upstream.ts';

/** What `response_format: pcm` means there: 16 bit, little-endian, mono, at this rate in hertz. */
const PCM_SAMPLE_RATE = 24_000;

/** An endpoint that speaks OpenAI's `audio/speech`: Kokoro-FastAPI, openedai-speech, hosted ones. */
export interface SpeechEndpoint extends UpstreamOptions {
  readonly model: string;
  readonly voice: string;
}

export interface SpeechEndpointOptions {
  /** Of the samples that are given back, in hertz. */
  readonly sampleRate: number;
  /** Of the samples that come, for servers that differ; {@link PCM_SAMPLE_RATE} when absent. */
  readonly pcmSampleRate?: number | undefined;
}

/** Names that callers wished for and the service does not have: enough to remember the mistakes of a worker's life. */
const MAX_REFUSED_VOICES = 64;

/**
 * A voice behind an endpoint: what the oracle says leaves this process for it. Failures that may pass are tried again. A caller's
 * wish for a voice that the service refuses is answered in the oracle's own.
 *
 * @throws {OracleCallError} `ERR_CONFIG_INVALID` for a plain address of another machine
 */
export function openSpeechEndpoint(
  endpoint: SpeechEndpoint,
  { sampleRate, pcmSampleRate = PCM_SAMPLE_RATE }: SpeechEndpointOptions,
): Synthesiser {
  requireSealedAddress(endpoint.baseUrl, endpoint.plaintext);
  const { model, voice, clock } = endpoint;
  const refused = new Set<string>();
  const speak = (text: string, as: string, signal: AbortSignal | undefined): Promise<Float32Array> => {
    const body = JSON.stringify({ model, voice: as, input: text, response_format: 'pcm' });
    const attempt = async (): Promise<Float32Array> => {
      const answer = await post(endpoint, { path: '/audio/speech', body, signal });
      if (/^(?:application\/json|text\/)/i.test(answer.contentType)) {
        answer.release();
        throw new OracleCallError('ERR_UPSTREAM_MALFORMED', 'The answer is no sound.');
      }
      return resample(int16ToFloat(samplesOf(await bytesOf(answer))), pcmSampleRate, sampleRate);
    };
    return retryingOnce(attempt, { clock, signal });
  };
  const close = (): Promise<void> => Promise.resolve();
  return {
    sampleRate,
    synthesise: async (text, { signal, voice: wished } = {}) => {
      if (wished === undefined || wished === voice || refused.has(wished)) return speak(text, voice, signal);
      try {
        return await speak(text, wished, signal);
      } catch (cause) {
        if (!isOracleCallError(cause) || cause.code !== 'ERR_UPSTREAM_REFUSED') throw cause;
        if (refused.size < MAX_REFUSED_VOICES) refused.add(wished);
        return speak(text, voice, signal);
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Copied: the bytes need not begin at an even address. */
function samplesOf(bytes: Buffer): Int16Array {
  const samples = new Int16Array(bytes.length >> 1);
  for (let i = 0; i < samples.length; i++) samples[i] = bytes.readInt16LE(i * 2);
  return samples;
}
