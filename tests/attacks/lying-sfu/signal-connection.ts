import type { IncomingMessage } from 'node:http';
import { SignalRequest, SignalResponse } from '@livekit/protocol';
import { WebSocket, type RawData } from 'ws';

/** What becomes of a message once it was looked at, and perhaps changed. */
export type Verdict = 'forward' | 'withhold';

/** One WebSocket of one client. */
export interface SignalConnection {
  /** 1 for the first connection, whoever made it; reconnecting makes the next one. */
  readonly ordinal: number;
  readonly isOpen: boolean;
  /** Every message that the server sent, as it was before any lie, oldest first. */
  readonly responses: readonly SignalResponse[];
  /** Tells the client something that the server never said. */
  say(response: SignalResponse): void;
  /** Asks the server for something that the client never asked for. */
  ask(request: SignalRequest): void;
  /** Breaks the connection on both sides. Idempotent. */
  cut(): void;
}

export interface RelayOptions {
  readonly client: WebSocket;
  /** The client's handshake. */
  readonly request: IncomingMessage;
  readonly upstream: URL;
  readonly ordinal: number;
  readonly judgeResponse: (message: SignalResponse, connection: SignalConnection) => Verdict;
  readonly judgeRequest: (message: SignalRequest, connection: SignalConnection) => Verdict;
}

/** Headers of the client's handshake that the server looks at: browsers send the join token in the query, native clients here. */
const PASSED_HEADERS = ['authorization', 'user-agent'] as const;

/** LiveKit's signalling is one protobuf message per binary WebSocket message; text messages are passed as they are. */
export function relaySignalling(options: RelayOptions): SignalConnection {
  const { client, request, upstream, ordinal, judgeResponse, judgeRequest } = options;
  const headers: Record<string, string> = {};
  for (const name of PASSED_HEADERS) {
    const value = request.headers[name];
    if (value !== undefined) headers[name] = value;
  }
  const server = new WebSocket(new URL(request.url ?? '/', upstream), { headers });
  const responses: SignalResponse[] = [];
  /** What the client said before the server's side was open. */
  const early: Uint8Array[] = [];
  const toServer = (bytes: Uint8Array): void => {
    if (server.readyState === WebSocket.CONNECTING) early.push(bytes);
    else if (server.readyState === WebSocket.OPEN) server.send(bytes);
  };
  const toClient = (bytes: Uint8Array): void => {
    if (client.readyState === WebSocket.OPEN) client.send(bytes);
  };
  const connection: SignalConnection = {
    ordinal,
    get isOpen() {
      return client.readyState === WebSocket.OPEN;
    },
    responses,
    say: (response) => toClient(response.toBinary()),
    ask: (asked) => toServer(asked.toBinary()),
    cut() {
      client.terminate();
      server.terminate();
    },
  };
  server.once('open', () => {
    for (const bytes of early.splice(0)) server.send(bytes);
  });
  client.on('message', (data: RawData, isBinary: boolean) => {
    if (!isBinary) return;
    const message = SignalRequest.fromBinary(bytesOf(data));
    if (judgeRequest(message, connection) === 'forward') toServer(message.toBinary());
  });
  server.on('message', (data: RawData, isBinary: boolean) => {
    if (!isBinary) return;
    const message = SignalResponse.fromBinary(bytesOf(data));
    responses.push(message.clone());
    if (judgeResponse(message, connection) === 'forward') toClient(message.toBinary());
  });
  // A close code of LiveKit's carries no meaning for its clients, which look at the messages.
  server.once('close', () => client.close());
  client.once('close', () => server.close());
  server.on('error', () => client.terminate());
  client.on('error', () => server.terminate());
  return connection;
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return new Uint8Array(Buffer.concat(data));
  return new Uint8Array(
    data instanceof ArrayBuffer ? data : data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength),
  );
}
