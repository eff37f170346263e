import { connect, type Socket } from 'node:net';
import { Hono } from 'hono';
import { afterEach, expect, test } from 'vitest';
import { createJsonLogger, systemClock } from '@oracle-calls/protocol';
import { createHttpApp } from './create-http-app.ts';
import { serveHttp, type HttpServer, type ServerLimits } from './serve-http.ts';

let server: HttpServer;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close();
});

async function serve(limits: Partial<ServerLimits>): Promise<void> {
  const app = new Hono();
  app.onError((_error, c) => c.text('', 500));
  app.post('/', async (c) => c.text(await c.req.text()));
  server = await serveHttp(app, { host: '127.0.0.1', port: 0, limits });
}

/** What comes back until the server closes the connection, which it must do within vitest's own bound. */
function talk(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1', () => socket.write(text));
    sockets.push(socket);
    let received = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => (received += chunk));
    socket.on('close', () => resolve(received));
    // A connection that is cut off is closed too.
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? undefined : reject(error)));
  });
}

test('a head that does not end is not waited for', async () => {
  await serve({ headersTimeoutMs: 50, requestTimeoutMs: 60, checkIntervalMs: 20 });
  expect(await talk('POST / HTTP/1.1\r\nHost: a\r\nX-Slow: ')).toMatch(/^HTTP\/1\.1 408 /);
});

test('a body that does not end is not waited for', async () => {
  await serve({ headersTimeoutMs: 50, requestTimeoutMs: 100, checkIntervalMs: 20 });
  expect(await talk('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nslow')).toMatch(/^HTTP\/1\.1 408 /);
});

test('a head that is too large is refused', async () => {
  await serve({ headerBytes: 1_024 });
  expect(await talk(`GET / HTTP/1.1\r\nHost: a\r\nX-Large: ${'x'.repeat(2_048)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
});

test('a connection that says nothing more is closed', async () => {
  await serve({ keepAliveTimeoutMs: 20 });
  expect(await talk('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi')).toMatch(/^HTTP\/1\.1 200 [^]*hi$/);
});

test('one connection more than the cap is closed at once', async () => {
  await serve({ connections: 1 });
  const first = connect(server.port, '127.0.0.1');
  sockets.push(first);
  await new Promise((resolve) => first.once('connect', resolve));
  first.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi');
  await new Promise((resolve) => first.once('data', resolve));
  expect(await talk('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi')).toBe('');
});

test('a client that goes away in the middle of a body is no error of ours', async () => {
  const lines: string[] = [];
  const logger = createJsonLogger((line) => lines.push(line), systemClock, { level: 'debug' });
  const failed = Promise.withResolvers<void>();
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    if (c.error !== undefined) failed.resolve();
  });
  app.route('/', createHttpApp({ getBackend: () => undefined, corsOrigins: [], logger }));
  server = await serveHttp(app, { host: '127.0.0.1', port: 0 });
  const socket = connect(server.port, '127.0.0.1');
  sockets.push(socket);
  await new Promise((resolve) => socket.once('connect', resolve));
  const head = 'POST /auth/session HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n';
  await new Promise((resolve) => socket.write(`${head}{`, resolve));
  socket.destroy();
  await failed.promise;
  expect(lines.join('')).not.toContain('"level":"error"');
});
