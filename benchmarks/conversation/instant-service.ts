import { createServer } from 'node:http';
import { listenOnLoopback } from '../../dev/process/loopback-server.ts';
import { freePort } from '../../dev/process/ports.ts';

/** Hertz of what is spoken, as OpenAI's `response_format: pcm` has it. */
const SAMPLE_RATE = 24_000;
const SPOKEN_SECONDS = 0.8;
const TONE_HZ = 220;
const LOUDNESS = 0.4;

/** Recognition and speech that take no time, as endpoints in OpenAI's shapes: all that they cost is the way to them. */
export interface InstantService extends AsyncDisposable {
  readonly baseUrl: string;
}

/** One tone, loud from its first sample on. */
function tone(): Buffer {
  const pcm = Buffer.alloc(2 * SAMPLE_RATE * SPOKEN_SECONDS);
  for (let i = 0; i < pcm.length / 2; i++) {
    const sample = LOUDNESS * Math.cos((2 * Math.PI * TONE_HZ * i) / SAMPLE_RATE);
    pcm.writeInt16LE(Math.round(sample * 32_767), 2 * i);
  }
  return pcm;
}

/** @param heard what every utterance is taken for */
export async function startInstantService(heard: string): Promise<InstantService> {
  const spoken = tone();
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      if (request.url?.endsWith('/audio/transcriptions') === true) {
        response.setHeader('content-type', 'application/json').end(JSON.stringify({ text: heard }));
      } else {
        response.setHeader('content-type', 'audio/pcm').end(spoken);
      }
    });
  });
  const port = await freePort();
  const listening = await listenOnLoopback(server, port);
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    [Symbol.asyncDispose]: () => listening.close(),
  };
}
