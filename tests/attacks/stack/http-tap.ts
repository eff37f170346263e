import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';

/** A request and its answer: addresses, headers and bodies, as they went over the wire. */
export interface TappedExchange {
  readonly head: string;
  readonly body: Buffer;
  readonly answerHead: string;
  readonly answerBody: Buffer;
}

/** A loopback proxy in front of a server, which reads along. */
export interface HttpTap extends AsyncDisposable {
  readonly url: string;
  heard: (exchange: TappedExchange) => void;
}

export async function startHttpTap(serverUrl: string): Promise<HttpTap> {
  const server = createServer((incoming, outgoing) => {
    pass(serverUrl, incoming, outgoing).then(
      (exchange) => tap.heard(exchange),
      () => outgoing.destroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the tap has no port');
  const tap: HttpTap = {
    url: `http://127.0.0.1:${address.port}`,
    heard: () => undefined,
    async [Symbol.asyncDispose](): Promise<void> {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return tap;
}

async function pass(serverUrl: string, incoming: IncomingMessage, outgoing: ServerResponse): Promise<TappedExchange> {
  const body = await readAll(incoming);
  const { method, url = '/' } = incoming;
  // Compressed answers could not be searched.
  const { 'accept-encoding': _encoding, ...headers } = incoming.headers;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked = httpRequest(new URL(url, serverUrl), { method, headers, agent: false }, resolve);
    asked.once('error', reject);
    // Whoever asked may have given up: then nobody need answer.
    outgoing.once('close', () => asked.destroy());
    asked.end(body);
  });
  const answerBody = await readAll(answer);
  const { 'transfer-encoding': _transfer, connection: _connection, ...answerHeaders } = answer.headers;
  outgoing
    .writeHead(answer.statusCode ?? 502, { ...answerHeaders, 'content-length': answerBody.length })
    .end(answerBody);
  const head = `${method} ${url} ${JSON.stringify(incoming.headers)}`;
  return { head, body, answerHead: `${answer.statusCode} ${JSON.stringify(answer.headers)}`, answerBody };
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
