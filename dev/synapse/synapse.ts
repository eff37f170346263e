import { join } from 'node:path';
import { ensureSynapse } from '../toolchain/synapse-venv.ts';
import { DevError } from '../process/dev-error.ts';
import { httpReady } from '../process/http-ready.ts';
import { freePort, releasePort } from '../process/ports.ts';
import { RECORDS_FOLDER } from '../process/process-record.ts';
import { keptSecret, privateDir, tryRead, writePrivate } from '../process/private-file.ts';
import { startRestartable } from '../process/restartable-process.ts';
import type { OnUnexpectedExit } from '../process/restartable-process.ts';
import type { LogLine } from '../process/supervised-process.ts';
import { registerUser } from './register-user.ts';
import { newSigningKey, synapseConfig, synapseLogConfig } from './synapse-config.ts';
import type { SingleSignOn } from './synapse-config.ts';

/** The well-known port of a homeserver behind a proxy. */
export const SYNAPSE_PORT = 8008;
const SERVER_NAME = 'localhost';

export interface SynapseOptions {
  /** State of the whole stack; Synapse keeps its own in `synapse/` below it. The same folder continues the same server. */
  readonly stateDir: string;
  /** Preferred port; another is taken when it is occupied. By default any free one. */
  readonly port?: number;
  readonly log?: LogLine;
  /** Gives the start up. */
  readonly signal?: AbortSignal | undefined;
  /** Told when the server stops although nobody asked it to. */
  readonly onUnexpectedExit?: OnUnexpectedExit;
  /** Starts a provider that sends people who signed in there back to `callbackUrl`: Synapse asks it at its own start. */
  readonly singleSignOn?: ((callbackUrl: string) => Promise<SingleSignOn>) | undefined;
  /** How long an access token lives of which a client said that it can refresh it; for ever when absent, in ms. */
  readonly refreshableTokenMs?: number | undefined;
}

export interface Synapse extends AsyncDisposable {
  readonly baseUrl: string;
  readonly port: number;
  readonly serverName: 'localhost';
  readonly pid: number;
  /** Ends it, by SIGTERM or at once by SIGKILL, and starts it again with the same ports, keys and data. */
  restart(how?: { readonly signal?: 'SIGTERM' | 'SIGKILL' }): Promise<void>;
  /** The SQLite file, for tests that look for what must not be in it. */
  readonly databaseFile: string;
  /**
   * Makes an ordinary account `@name:localhost`.
   * @throws {DevError} `ERR_DEV_ANSWER` when the name is taken or the server refuses.
   */
  registerUser(name: string, password: string): Promise<void>;
  /** The same, but a name that is taken is fine: for passwords kept beside the server's database. */
  ensureUser(name: string, password: string): Promise<void>;
  /** Stops the server. Idempotent. */
  close(): Promise<void>;
}

/**
 * Starts a real Synapse on loopback: SQLite, no federation, no open registration, rate limits out of the way.
 *
 * @throws {DevError} when it cannot be installed or does not come up.
 */
export async function startSynapse(options: SynapseOptions): Promise<Synapse> {
  const python = await ensureSynapse({ report: options.log, reportCached: false, signal: options.signal });
  const dir = await privateDir(join(options.stateDir, 'synapse'));
  const registrationSecret = await keptSecret(join(dir, 'registration.secret'));
  const macaroonSecret = await keptSecret(join(dir, 'macaroon.secret'));
  const formSecret = await keptSecret(join(dir, 'form.secret'));
  if ((await tryRead(join(dir, 'signing.key'))) === undefined) {
    await writePrivate(join(dir, 'signing.key'), newSigningKey());
  }
  const port = await freePort(options.port);
  const configFile = join(dir, 'homeserver.yaml');
  await writePrivate(join(dir, 'log.yaml'), synapseLogConfig());
  const baseUrl = `http://127.0.0.1:${port}`;
  const singleSignOn = await options.singleSignOn?.(`${baseUrl}/_synapse/client/oidc/callback`);
  const secrets = { registrationSecret, macaroonSecret, formSecret };
  const { refreshableTokenMs } = options;
  await writePrivate(
    configFile,
    synapseConfig({ dir, port, serverName: SERVER_NAME, ...secrets, singleSignOn, refreshableTokenMs }),
  );
  const server = await startRestartable(
    {
      name: 'synapse',
      command: python,
      args: ['-m', 'synapse.app.homeserver', '-c', configFile],
      cwd: dir,
      env: { ...process.env, PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '' },
      ready: (signal) => httpReady(`${baseUrl}/health`, signal),
      signal: options.signal,
      recordDir: join(options.stateDir, RECORDS_FOLDER),
      ...(options.log === undefined ? {} : { log: options.log }),
    },
    options.onUnexpectedExit,
  );
  const close = async (): Promise<void> => {
    await server.stop();
    releasePort(port);
  };
  return {
    baseUrl,
    port,
    serverName: SERVER_NAME,
    get pid() {
      return server.pid;
    },
    databaseFile: join(dir, 'homeserver.db'),
    async registerUser(name, password) {
      const outcome = await registerUser({ baseUrl, registrationSecret, name, password });
      if (outcome === 'taken') throw new DevError('ERR_DEV_ANSWER', `The name ${name} is taken.`);
    },
    async ensureUser(name, password) {
      await registerUser({ baseUrl, registrationSecret, name, password });
    },
    restart: (how) => server.restart(how),
    close,
    [Symbol.asyncDispose]: close,
  };
}
