import { createAdaptorServer } from '@hono/node-server';
import { openRecogniser, openSynthesiser } from '@oracle-calls/agent/speech';
import { listenOnLoopback } from '../process/loopback-server.ts';
import { freePort } from '../process/ports.ts';
import { createVoicesApp, SPEECH_SAMPLE_RATE } from './voices-app.ts';

/** Where clients of servers of this kind look first. */
export const VOICES_PORT = 8000;

export interface Voices extends AsyncDisposable {
  /** What a client is configured with as `base_url`. */
  readonly url: string;
  close(): Promise<void>;
}

export interface VoicesOptions {
  /** Folder of the models, as `dev/models` fills it. */
  readonly weightsDir: string;
  readonly port?: number | undefined;
}

/** Serves this machine's own recognition and speech on loopback, in this very process; the models have threads of their own. */
export async function startVoices({ weightsDir, port }: VoicesOptions): Promise<Voices> {
  await using opening = new AsyncDisposableStack();
  const recogniser = opening.use(await openRecogniser({ weightsDir }));
  const synthesiser = opening.use(await openSynthesiser({ weightsDir, sampleRate: SPEECH_SAMPLE_RATE }));
  const chosen = await freePort(port);
  const server = createAdaptorServer({ fetch: createVoicesApp({ recogniser, synthesiser }).fetch });
  opening.use(await listenOnLoopback(server, chosen));
  const resources = opening.move();
  const close = (): Promise<void> => resources.disposeAsync();
  return { url: `http://127.0.0.1:${chosen}/v1`, close, [Symbol.asyncDispose]: close };
}
