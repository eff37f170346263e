import { createAdaptorServer } from '@hono/node-server';
import { listenOnLoopback } from '../process/loopback-server.ts';
import { freePort } from '../process/ports.ts';
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
  const listening = await listenOnLoopback(server, port);
  const baseUrl = `http://127.0.0.1:${port}`;
  return { baseUrl, port, ...listening };
}
