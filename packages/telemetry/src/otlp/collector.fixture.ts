import { createServer, type IncomingHttpHeaders } from 'node:http';

/** A collector that keeps what it is sent. */
export interface FakeCollector extends AsyncDisposable {
  readonly url: string;
  readonly bodies: string[];
  readonly headers: IncomingHttpHeaders[];
  /** While set, requests are taken and not answered. */
  isHolding: boolean;
}

export async function startFakeCollector(): Promise<FakeCollector> {
  const bodies: string[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (part: string) => (body += part));
    request.on('end', () => {
      bodies.push(body);
      headers.push(request.headers);
      if (!collector.isHolding) response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const collector: FakeCollector = {
    url: `http://127.0.0.1:${port}/v1/traces`,
    bodies,
    headers,
    isHolding: false,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return collector;
}
