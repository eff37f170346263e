import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { BearerSecret, Logger } from '@oracle-calls/protocol';

export const METRICS_PATH = '/metrics';

/** Scrapers are few; whoever holds connections open is cut off. Times in ms. */
const CONNECTIONS_MAX = 16;
const REQUEST_MAX_MS = 10_000;
const HEADER_BYTES_MAX = 8_192;

export interface ServeMetricsOptions {
  readonly host: string;
  readonly port: number;
  /** What scrapers must bring; nobody is asked without one. */
  readonly token?: BearerSecret | undefined;
  readonly scrape: () => Promise<{ readonly contentType: string; readonly text: string }>;
  readonly logger: Logger;
}

export interface MetricsServer extends AsyncDisposable {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves `GET /metrics` on a listener of its own, and nothing else. Rejects when the address cannot be had. */
export async function serveMetrics({ host, port, token, scrape, logger }: ServeMetricsOptions): Promise<MetricsServer> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const end = (status: number, headers: Record<string, string> = {}, body = ''): void => {
      response.writeHead(status, { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...headers });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    if (request.url?.split('?', 1)[0] !== METRICS_PATH) return end(404);
    if (request.method !== 'GET' && request.method !== 'HEAD') return end(405, { allow: 'GET, HEAD' });
    if (token !== undefined && !isBearerOf(request.headers.authorization, token)) {
      return end(401, { 'www-authenticate': 'Bearer' });
    }
    try {
      const { contentType, text } = await scrape();
      end(200, { 'content-type': contentType }, text);
    } catch (error) {
      logger.error('metrics not told', {
        code: 'ERR_INTERNAL',
        cause: error instanceof Error ? error.name : typeof error,
      });
      end(500);
    }
  };
  const limits = { requestTimeout: REQUEST_MAX_MS, headersTimeout: REQUEST_MAX_MS, maxHeaderSize: HEADER_BYTES_MAX };
  const server = createServer(limits, (request, response) => void answer(request, response));
  server.maxConnections = CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  const taken = typeof address === 'object' && address !== null ? address.port : port;
  logger.info('metrics served', { host, port: taken });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closing ??= new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }));
  return { port: taken, close, [Symbol.asyncDispose]: close };
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compares in constant time. */
function isBearerOf(authorization: string | undefined, token: BearerSecret): boolean {
  return timingSafeEqual(sha256(authorization ?? ''), sha256(`Bearer ${token.expose()}`));
}
