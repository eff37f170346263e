import { readWav, resample, writeWav, floatToInt16 } from '@oracle-calls/node-media/pcm';
import { codeOf, OracleCallError } from '@oracle-calls/protocol';
import { RECOGNISER_SAMPLE_RATE, type Recogniser, type Synthesiser } from '@oracle-calls/agent/speech';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import * as v from 'valibot';

/** What is loaded behind the voices. */
export interface VoiceEngines {
  readonly recogniser: Pick<Recogniser, 'transcribe'>;
  /** Speaks at {@link SPEECH_SAMPLE_RATE}. */
  readonly synthesiser: Pick<Synthesiser, 'synthesise'>;
}

/** Of speech as raw samples, in hertz: what OpenAI's API gives. */
export const SPEECH_SAMPLE_RATE = 24_000;

/** Five minutes of speech at 48 kHz. */
const SOUND_MAX_BYTES = 32 * 1024 * 1024;
/** OpenAI's own limit, in UTF-16 units. */
const TEXT_MAX_LENGTH = 4_096;

const speechSchema = v.object({
  input: v.pipe(v.string(), v.nonEmpty(), v.maxLength(TEXT_MAX_LENGTH)),
  response_format: v.optional(v.picklist(['pcm', 'wav']), 'wav'),
});

/**
 * The part of OpenAI's audio API that LiveKit's plugins use: `POST /v1/audio/transcriptions` takes a WAVE file, `POST /v1/audio/speech`
 * gives raw samples or one. Names of models, voices and languages are passed over: there is one of each.
 */
export function createVoicesApp({ recogniser, synthesiser }: VoiceEngines): Hono {
  const app = new Hono();
  app.use(bodyLimit({ maxSize: SOUND_MAX_BYTES, onError: (c) => c.json(problem('The body is too large.'), 413) }));
  app.post('/v1/audio/transcriptions', async (c) => {
    const { file } = await c.req.parseBody();
    if (!(file instanceof File)) return c.json(problem('There is no file.'), 400);
    const { samples, sampleRate } = readWav(new Uint8Array(await file.arrayBuffer()));
    const { signal } = c.req.raw;
    return c.json(await recogniser.transcribe(resample(samples, sampleRate, RECOGNISER_SAMPLE_RATE), { signal }));
  });
  app.post('/v1/audio/speech', async (c) => {
    const wish = v.safeParse(speechSchema, await c.req.json().catch(() => undefined));
    if (!wish.success) return c.json(problem('The wish cannot be read; formats are pcm and wav.'), 400);
    const { input, response_format: format } = wish.output;
    const samples = await synthesiser.synthesise(input, { signal: c.req.raw.signal });
    const wav = format === 'wav';
    const bytes = wav ? writeWav({ samples, sampleRate: SPEECH_SAMPLE_RATE }) : bytesOf(floatToInt16(samples));
    return c.body(new Uint8Array(bytes), 200, { 'content-type': wav ? 'audio/wav' : 'audio/pcm' });
  });
  app.onError((cause, c) => {
    const isTheirs = cause instanceof OracleCallError && cause.code === 'ERR_PROTOCOL_MALFORMED';
    return c.json(problem(codeOf(cause)), isTheirs ? 400 : 500);
  });
  return app;
}

/** As OpenAI's clients read failures. */
const problem = (message: string): object => ({ error: { message } });

/** Little-endian, as every machine that this runs on has them. */
const bytesOf = ({ buffer, byteOffset, byteLength }: Int16Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
