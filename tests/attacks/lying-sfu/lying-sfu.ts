import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { SignalRequest, SignalResponse } from '@livekit/protocol';
import { WebSocketServer, type WebSocket } from 'ws';
import { passWebSocket } from './pass-web-socket.ts';
import { relaySignalling, type SignalConnection, type Verdict } from './signal-connection.ts';

export type { SignalConnection, Verdict } from './signal-connection.ts';

/**
 * A media server that lies: a loopback relay in front of a real one, which can change, withhold and invent signalling messages. Media and
 * data packets go between client and server as always; only what is *said* about them is a lie.
 *
 * ```ts
 * await using sfu = await startLyingSfu(livekit.url);
 * sfu.respond = ({ message }, { ordinal }) => {
 *   if (message.case === 'join' && ordinal > 1 && message.value.participant) message.value.participant.identity = 'nobody';
 *   return 'forward';
 * };
 * sfu.last.say(fullReconnect());
 * ```
 */
export interface LyingSfu extends AsyncDisposable {
  /** WebSocket address, for clients. */
  readonly url: string;
  /** One per WebSocket, oldest first, closed ones too. */
  readonly connections: readonly SignalConnection[];
  /** The newest connection. */
  readonly last: SignalConnection;
  /** Called for each message of the server; may change it in place. */
  respond: (response: SignalResponse, connection: SignalConnection) => Verdict;
  /** Called for each message of the client; may change it in place. */
  request: (request: SignalRequest, connection: SignalConnection) => Verdict;
}

/** @param sfuUrl WebSocket address of the honest server */
export async function startLyingSfu(sfuUrl: string): Promise<LyingSfu> {
  const upstream = new URL(sfuUrl);
  const connections: SignalConnection[] = [];
  const server = createServer((incoming, outgoing) => passHttp(upstream, incoming, outgoing));
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (client: WebSocket, request: IncomingMessage) => {
    if (!isSignalling(request)) {
      passWebSocket(upstream, client, request);
      return;
    }
    const connection = relaySignalling({
      client,
      request,
      upstream,
      ordinal: connections.length + 1,
      judgeResponse: (message, from) => sfu.respond(message, from),
      judgeRequest: (message, from) => sfu.request(message, from),
    });
    connections.push(connection);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the relay has no port');
  const sfu: LyingSfu = {
    url: `ws://127.0.0.1:${address.port}`,
    connections,
    get last(): SignalConnection {
      const last = connections.at(-1);
      if (last === undefined) throw new Error('Nobody has connected yet.');
      return last;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      for (const connection of connections) connection.cut();
      // Workers of agents too, whose WebSockets are only let through.
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
    // Honest until a test says otherwise.
    respond: () => 'forward',
    request: () => 'forward',
  };
  return sfu;
}

/** Workers of agents register on another path, in another language; they are let through. */
const isSignalling = ({ url }: IncomingMessage): boolean => url?.startsWith('/rtc') === true;

/** LiveKit's clients also ask by HTTP whether a join token is valid. */
function passHttp(upstream: URL, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { hostname, port } = upstream;
  const { method, url, headers } = incoming;
  const asked = httpRequest({ hostname, port, method, path: url, headers, agent: false }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  asked.once('error', () => outgoing.destroy());
  incoming.pipe(asked);
}
