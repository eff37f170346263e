import type { IncomingMessage } from 'node:http';
import { WebSocket, type RawData } from 'ws';

/** Connects a client to the server behind, with everything that either says as it is. */
export function passWebSocket(upstream: URL, client: WebSocket, { url, headers }: IncomingMessage): void {
  const { authorization } = headers;
  const server = new WebSocket(new URL(url ?? '/', upstream), {
    headers: authorization === undefined ? {} : { authorization },
  });
  const early: (readonly [RawData, boolean])[] = [];
  client.on('message', (data: RawData, isBinary: boolean) => {
    if (server.readyState === WebSocket.OPEN) server.send(data, { binary: isBinary });
    else early.push([data, isBinary]);
  });
  server.once('open', () => {
    for (const [data, isBinary] of early.splice(0)) server.send(data, { binary: isBinary });
  });
  server.on('message', (data: RawData, isBinary: boolean) => client.send(data, { binary: isBinary }));
  server.once('close', () => client.close());
  client.once('close', () => server.close());
  server.on('error', () => client.terminate());
  client.on('error', () => server.terminate());
}
