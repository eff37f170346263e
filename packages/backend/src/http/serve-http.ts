import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { systemClock, type Clock } from '@oracle-calls/protocol';

/** How long requests under way may take to finish when the server closes, in milliseconds. */
const CLOSE_GRACE_MS = 3_000;

/**
 * How patient the server is, in milliseconds, and with how many at once. Whoever sends a head or a body drop by drop, or holds
 * connections open, is cut off.
 */
export const SERVER_LIMITS = {
  /** From the first byte of a request to the end of its head. */
  headersTimeoutMs: 10_000,
  /** From the first byte of a request to the end of its body. */
  requestTimeoutMs: 20_000,
  /** Between two requests on one connection. */
  keepAliveTimeoutMs: 5_000,
  /** How often the two above are looked at. */
  checkIntervalMs: 5_000,
  /** Connections at once; one more is closed at once. */
  connections: 2_048,
  /** Size of a request's head. */
  headerBytes: 16_384,
} as const;

export type ServerLimits = Readonly<Record<keyof typeof SERVER_LIMITS, number>>;

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
  /** {@link SERVER_LIMITS} unless told. */
  readonly limits?: Partial<ServerLimits> | undefined;
}

/** Serves an app on Node's HTTP server. Rejects when the address cannot be had. */
export async function serveHttp(
  app: Hono,
  { host, port, clock = systemClock, limits }: ServeHttpOptions,
): Promise<HttpServer> {
  const listener = getRequestListener(app.fetch);
  const bounds: ServerLimits = { ...SERVER_LIMITS, ...limits };
  const server = createServer(
    {
      headersTimeout: bounds.headersTimeoutMs,
      requestTimeout: bounds.requestTimeoutMs,
      keepAliveTimeout: bounds.keepAliveTimeoutMs,
      connectionsCheckingInterval: bounds.checkIntervalMs,
      maxHeaderSize: bounds.headerBytes,
    },
    (request, response) => void listener(request, response),
  );
  server.maxConnections = bounds.connections;
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
