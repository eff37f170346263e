import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { systemClock, type Clock } from '@oracle-calls/protocol';

/** How long requests under way may take to finish when the server closes, in milliseconds. */
const CLOSE_GRACE_MS = 3_000;

export interface HttpServer extends AsyncDisposable {
  /** The port that was taken: the one asked for, or a free one for port 0. */
  readonly port: number;
  /** Takes no more requests and lets those under way finish for a moment. Idempotent. */
  close(): Promise<void>;
}

export interface ServeHttpOptions {
  readonly host: string;
  readonly port: number;
  readonly clock?: Clock | undefined;
}

/** Serves an app on Node's HTTP server. Rejects when the address cannot be had. */
export async function serveHttp(app: Hono, { host, port, clock = systemClock }: ServeHttpOptions): Promise<HttpServer> {
  const listener = getRequestListener(app.fetch);
  const server = createServer((request, response) => void listener(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closing ??= new Promise((resolve) => {
      const timer = clock.after(CLOSE_GRACE_MS, () => server.closeAllConnections());
      server.close(() => {
        timer[Symbol.dispose]();
        resolve();
      });
      server.closeIdleConnections();
    }));
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close,
    [Symbol.asyncDispose]: close,
  };
}
