import { once } from 'node:events';
import { createAdaptorServer } from '@hono/node-server';
import { freePort, releasePort } from '../process/ports.ts';
import { createDidResolverApp } from './did-resolver-app.ts';

/** The Universal Resolver's own port. */
export const DID_RESOLVER_PORT = 8090;

export interface DidResolverOptions {
  /** Folder of DID documents, one `*.json` file each. */
  readonly documentsDir: string;
  readonly port?: number;
}

export interface DidResolver extends AsyncDisposable {
  /** What a client of the Universal Resolver is configured with: it appends `/1.0/identifiers/` and the DID. */
  readonly baseUrl: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Serves the DID documents of a folder on loopback, in this very process. */
export async function startDidResolver(options: DidResolverOptions): Promise<DidResolver> {
  const port = await freePort(options.port);
  const server = createAdaptorServer({ fetch: createDidResolverApp(options.documentsDir).fetch });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closed ??= new Promise((resolve) => {
      server.close(() => resolve());
      // Kept-alive connections would hold the server open for as long as their owners like.
      if ('closeAllConnections' in server) server.closeAllConnections();
      releasePort(port);
    }));
  const baseUrl = `http://127.0.0.1:${port}`;
  return { baseUrl, port, close, [Symbol.asyncDispose]: close };
}
