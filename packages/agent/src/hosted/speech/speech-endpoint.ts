import { int16ToFloat, resample } from '@oracle-calls/node-media/pcm';
import { OracleCallError } from '@oracle-calls/protocol';
import type { Synthesiser } from '../../speech/synthesiser/synthesiser.ts';
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

/** A voice behind an endpoint: what the oracle says leaves this process for it. Failures that may pass are tried again. */
export function openSpeechEndpoint(
  endpoint: SpeechEndpoint,
  { sampleRate, pcmSampleRate = PCM_SAMPLE_RATE }: SpeechEndpointOptions,
): Synthesiser {
  const { model, voice, clock } = endpoint;
  const close = (): Promise<void> => Promise.resolve();
  return {
    sampleRate,
    synthesise: (text, { signal } = {}) => {
      const body = JSON.stringify({ model, voice, input: text, response_format: 'pcm' });
      const attempt = async (): Promise<Float32Array> => {
        const answer = await post(endpoint, { path: '/audio/speech', body, signal });
        if (/^(?:application\/json|text\/)/i.test(answer.contentType)) {
          answer.release();
          throw new OracleCallError('ERR_UPSTREAM_MALFORMED', 'The answer is no sound.');
        }
        return resample(int16ToFloat(samplesOf(await bytesOf(answer))), pcmSampleRate, sampleRate);
      };
      return retryingOnce(attempt, { clock, signal });
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
