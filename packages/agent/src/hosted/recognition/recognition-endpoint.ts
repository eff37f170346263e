import { writeWav } from '@oracle-calls/node-media/pcm';
import * as v from 'valibot';
import { RECOGNISER_SAMPLE_RATE } from '../../speech/recogniser/recogniser.ts';
import type { Recogniser } from '../../speech/recogniser/recogniser.ts';
import { requireSealedAddress } from '../http/plain-address.ts';
import { jsonOf } from '../http/read-answer.ts';
import { retryingOnce } from '../http/retry-stream.ts';
import { post } from '../http/upstream.ts';
import type { UpstreamOptions } from '../http/upstream.ts';

/** An endpoint that speaks OpenAI's `audio/transcriptions`: whisper.cpp's server, faster-whisper-server, vLLM, hosted ones. */
export interface RecognitionEndpoint extends UpstreamOptions {
  readonly model: string;
  /** ISO 639-1; the one that the caller asked for when absent, and the service's guess when they asked for none. */
  readonly language?: string | undefined;
}

const transcriptionSchema = v.object({ text: v.string() });

/**
 * A recogniser behind an endpoint: the user's sound leaves this process for it. Failures that may pass are tried again.
 *
 * @throws {OracleCallError} `ERR_CONFIG_INVALID` for a plain address of another machine
 */
export function openRecognitionEndpoint(endpoint: RecognitionEndpoint): Recogniser {
  requireSealedAddress(endpoint.baseUrl, endpoint.plaintext);
  const close = (): Promise<void> => Promise.resolve();
  return {
    transcribe: (pcm16k, { language: spoken, signal } = {}) => {
      const language = endpoint.language ?? isoLanguage(spoken);
      const attempt = async (): Promise<{ readonly text: string }> => {
        const body = new FormData();
        const wav = writeWav({ samples: pcm16k, sampleRate: RECOGNISER_SAMPLE_RATE });
        body.set('file', new Blob([new Uint8Array(wav)], { type: 'audio/wav' }), 'speech.wav');
        body.set('model', endpoint.model);
        body.set('response_format', 'json');
        if (language !== undefined) body.set('language', language);
        const { bytes, contentType } = await encoded(body);
        const headers = { 'content-type': contentType };
        const answer = await post(endpoint, { path: '/audio/transcriptions', body: bytes, headers, signal });
        return { text: (await jsonOf(answer, transcriptionSchema)).text.trim() };
      };
      return retryingOnce(attempt, { clock: endpoint.clock, signal });
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** What the API takes of a BCP 47 tag: the two letters of the language itself, where it has them. */
function isoLanguage(tag = ''): string | undefined {
  const [language = ''] = tag.toLowerCase().split('-');
  return /^[a-z]{2}$/.test(language) ? language : undefined;
}

/** A form as bytes. Given to `fetch` as a form, Node 24 streams it, and an abort ends in a rejection that nobody can catch. */
async function encoded(form: FormData): Promise<{ bytes: Uint8Array<ArrayBuffer>; contentType: string }> {
  const response = new Response(form);
  const contentType = response.headers.get('content-type') ?? 'multipart/form-data';
  return { bytes: new Uint8Array(await response.arrayBuffer()), contentType };
}
