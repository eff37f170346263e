import { join } from 'node:path';
import { ensureLiveKit } from '../toolchain/livekit-server.ts';
import { httpReady } from '../process/http-ready.ts';
import { freePort, releasePort } from '../process/ports.ts';
import { RECORDS_FOLDER } from '../process/process-record.ts';
import { keptSecret, privateDir, writePrivate } from '../process/private-file.ts';
import { startRestartable } from '../process/restartable-process.ts';
import type { OnUnexpectedExit } from '../process/restartable-process.ts';
import type { LogLine } from '../process/supervised-process.ts';
import { livekitConfig } from './livekit-config.ts';

/** LiveKit's own default. */
export const LIVEKIT_PORT = 7880;
const API_KEY = 'oracle-calls-dev';
/** Asked to stop, LiveKit waits for its rooms and connections to go away. It keeps nothing on disk, so nothing is lost by not waiting. */
const STOP_GRACE_MS = 1500;

export interface LiveKitOptions {
  /** State of the whole stack; LiveKit keeps its own in `livekit/` below it. */
  readonly stateDir: string;
  /** Preferred port; another is taken when it is occupied. By default any free one. */
  readonly port?: number;
  readonly log?: LogLine;
  /** Gives the start up. */
  readonly signal?: AbortSignal | undefined;
  /** Told when the server stops although nobody asked it to. */
  readonly onUnexpectedExit?: OnUnexpectedExit;
  /** Where LiveKit posts signed notices of rooms and participants. */
  readonly webhookUrls?: readonly string[];
  /** Whether joining an unknown room makes it. The stack says `false`: there the backend makes every room. Default true. */
  readonly autoCreateRooms?: boolean;
}

export interface LiveKit extends AsyncDisposable {
  /** For clients: `ws://127.0.0.1:port`. */
  readonly url: string;
  /** For the server API: `http://127.0.0.1:port`. */
  readonly apiUrl: string;
  readonly port: number;
  readonly apiKey: string;
  readonly apiSecret: string;
  /** Holds `apiSecret`, readable by its owner alone. */
  readonly apiSecretFile: string;
  readonly pid: number;
  /** Ends it, by SIGTERM or at once by SIGKILL, and starts it again with the same ports, keys and data. */
  restart(how?: { readonly signal?: 'SIGTERM' | 'SIGKILL' }): Promise<void>;
  /** Stops the server. Idempotent. */
  close(): Promise<void>;
}

/**
 * Starts a real LiveKit server on loopback with a random secret.
 *
 * @throws {DevError} when it cannot be installed or does not come up.
 */
export async function startLiveKit(options: LiveKitOptions): Promise<LiveKit> {
  const binary = await ensureLiveKit({ report: options.log, reportCached: false, signal: options.signal });
  const dir = await privateDir(join(options.stateDir, 'livekit'));
  const apiSecretFile = join(dir, 'api.secret');
  const apiSecret = await keptSecret(apiSecretFile);
  const port = await freePort(options.port);
  const udpPort = await freePort(port + 2, 'udp');
  const configFile = join(dir, 'livekit.yaml');
  await writePrivate(
    configFile,
    livekitConfig({
      port,
      udpPort,
      apiKey: API_KEY,
      apiSecret,
      autoCreateRooms: options.autoCreateRooms ?? true,
      webhookUrls: options.webhookUrls ?? [],
    }),
  );
  const apiUrl = `http://127.0.0.1:${port}`;
  const server = await startRestartable(
    {
      name: 'livekit',
      command: binary,
      args: ['--config', configFile],
      cwd: dir,
      ready: (signal) => httpReady(apiUrl, signal),
      stopGraceMs: STOP_GRACE_MS,
      signal: options.signal,
      recordDir: join(options.stateDir, RECORDS_FOLDER),
      ...(options.log === undefined ? {} : { log: options.log }),
    },
    options.onUnexpectedExit,
  );
  const close = async (): Promise<void> => {
    await server.stop();
    releasePort(port);
    releasePort(udpPort, 'udp');
  };
  return {
    url: `ws://127.0.0.1:${port}`,
    apiUrl,
    port,
    apiKey: API_KEY,
    apiSecret,
    apiSecretFile,
    get pid() {
      return server.pid;
    },
    restart: (how) => server.restart(how),
    close,
    [Symbol.asyncDispose]: close,
  };
}
