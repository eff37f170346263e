import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ensurePageBuild, PAGE_ROOT, type PageBuildOptions } from './page-build.ts';
import { createStaticFiles } from './static-files.ts';

export { buildPage } from './page-build.ts';

/** What `/config.json` says. `testUser` fills the sign-in forms: development stacks only. */
export interface WebConfig {
  readonly homeserverUrl: string;
  /** Whether people may sign in there only. */
  readonly isHomeserverFixed?: boolean | undefined;
  readonly oracleDid: string;
  readonly oracles?: readonly { readonly oracleDid: string; readonly name?: string | undefined }[] | undefined;
  readonly didResolverUrl?: string | undefined;
  readonly testUser?:
    { readonly userId: string; readonly password: string; readonly recoveryKey?: string | undefined } | undefined;
}

export interface WebOptions extends PageBuildOptions {
  /** `127.0.0.1` when absent. */
  readonly host?: string | undefined;
  /** Any free port when absent. */
  readonly port?: number | undefined;
  readonly config: WebConfig;
  /** A build made elsewhere, to be served instead of the newest one. */
  readonly folder?: string | undefined;
  /** `preview` (default) serves a production build; `dev` serves the sources with reloading. */
  readonly mode?: 'dev' | 'preview' | undefined;
}

export interface WebServer extends AsyncDisposable {
  readonly url: string;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Serves the page. The first start after a change of sources builds it, which takes seconds; others start at once. */
export async function startWeb(options: WebOptions): Promise<WebServer> {
  const { host = '127.0.0.1', port = 0, config, mode = 'preview' } = options;
  if (mode === 'dev') return startDev(host, port, config);
  const folder = options.folder ?? (await ensurePageBuild(options));
  const server = createServer(await createStaticFiles(folder, config));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port: taken } = server.address() as AddressInfo;
  return createWebServer(`http://${host}:${taken}/`, () => closeServer(server));
}

async function startDev(host: string, port: number, config: WebConfig): Promise<WebServer> {
  const { createServer: createViteServer } = await import('vite');
  const vite = await createViteServer({
    root: PAGE_ROOT,
    configFile: false,
    logLevel: 'error',
    clearScreen: false,
    server: { host, port, strictPort: port !== 0 },
    plugins: [
      {
        name: 'oracle-calls-config',
        configureServer({ middlewares }) {
          middlewares.use('/config.json', (_request, response) => {
            response.setHeader('content-type', 'application/json');
            response.end(JSON.stringify(config));
          });
        },
      },
    ],
  });
  await vite.listen();
  const address = vite.httpServer?.address();
  const taken = typeof address === 'object' && address !== null ? address.port : port;
  return createWebServer(`http://${host}:${taken}/`, () => vite.close());
}

function createWebServer(url: string, stop: () => Promise<void>): WebServer {
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= stop());
  return { url, close, [Symbol.asyncDispose]: close };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
