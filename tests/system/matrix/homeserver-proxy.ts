import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';

export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
}

/** What the proxy does to one request. */
export type Interference =
  /** The homeserver carries it out; the answer is lost. */
  | { readonly kind: 'lose-answer' }
  /** It never reaches the homeserver, which seems to ask for a pause. */
  | { readonly kind: 'rate-limit'; readonly retryAfterMs: number }
  /** It reaches the homeserver only then. */
  | { readonly kind: 'hold'; readonly until: Promise<void> }
  /** The answer comes, changed. */
  | { readonly kind: 'rewrite'; readonly rewrite: (body: string) => string };

export interface HomeserverProxy extends AsyncDisposable {
  readonly baseUrl: string;
  readonly seen: readonly SeenRequest[];
  /** Decides for each request; `undefined` lets it pass untouched. */
  interfere: (request: SeenRequest) => Interference | undefined;
}

/** A loopback proxy in front of a real homeserver that can lie and lose on purpose. */
export async function startHomeserverProxy(homeserverUrl: string): Promise<HomeserverProxy> {
  const seen: SeenRequest[] = [];
  const proxy: { interfere: HomeserverProxy['interfere'] } = { interfere: () => undefined };
  const server = createServer((incoming, outgoing) => {
    const facts = { method: incoming.method ?? '', path: incoming.url ?? '' };
    seen.push(facts);
    void forward(homeserverUrl, incoming, outgoing, proxy.interfere(facts)).catch(() => outgoing.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return Object.assign(proxy, {
    baseUrl: `http://127.0.0.1:${address.port}`,
    seen,
    async [Symbol.asyncDispose](): Promise<void> {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

async function forward(
  homeserverUrl: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  interference: Interference | undefined,
): Promise<void> {
  const body = await readAll(incoming);
  if (interference?.kind === 'rate-limit') {
    const refusal = { errcode: 'M_LIMIT_EXCEEDED', error: 'Too fast', retry_after_ms: interference.retryAfterMs };
    outgoing.writeHead(429, { 'content-type': 'application/json' }).end(JSON.stringify(refusal));
    return;
  }
  if (interference?.kind === 'hold') await interference.until;
  const answer = await ask(homeserverUrl, incoming, body);
  const text = await readAll(answer);
  if (interference?.kind === 'lose-answer') {
    outgoing.destroy();
    return;
  }
  const sent = interference?.kind === 'rewrite' ? Buffer.from(interference.rewrite(text.toString('utf8'))) : text;
  const {
    'content-length': _length,
    'transfer-encoding': _encoding,
    connection: _connection,
    ...headers
  } = answer.headers;
  outgoing.writeHead(answer.statusCode ?? 502, { ...headers, 'content-length': sent.length }).end(sent);
}

function ask(homeserverUrl: string, { method, url, headers }: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = httpRequest(new URL(url ?? '/', homeserverUrl), { method, headers, agent: false }, resolve);
    asked.once('error', reject);
    asked.end(body);
  });
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
