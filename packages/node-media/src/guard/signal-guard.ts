import { once } from 'node:events';
import { createServer, STATUS_CODES } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { OracleCallError } from '@oracle-calls/protocol';
import type { Clock } from '@oracle-calls/protocol';
import { WebSocket, WebSocketServer } from 'ws';
import { GuardAddress } from './guard-address.ts';
import { CONNECT_MAX_MS, MAX_MESSAGE_BYTES } from './guard-limits.ts';
import { passedHeaders, relayHttp } from './http-relay.ts';
import { OwnIdentity } from './own-identity.ts';
import { relaySignalling } from './signal-relay.ts';

export interface SignalGuardOptions {
  /** Address of the SFU, as for its clients. Certificates of `wss:` are checked as Node checks them. */
  readonly sfuUrl: string;
  /** Whom the join token was made for. */
  readonly ownIdentity: string;
  readonly clock: Clock;
  /** Told at most once: what the SFU said to the call's harm. Nothing passes the guard any more. */
  readonly onRefused: (error: OracleCallError) => void;
}

/** A relay on loopback between the media library and the SFU, which lets no signalling through that could undo encryption. */
export interface SignalGuard extends AsyncDisposable {
  /** Address for the media library instead of the SFU's: a secret path on a free port of 127.0.0.1. */
  readonly url: string;
  /** Cuts every connection. Idempotent. */
  close(): Promise<void>;
}

/** @throws {OracleCallError} `ERR_MEDIA_CONNECT` when `sfuUrl` is no address of an SFU */
export async function startSignalGuard(options: SignalGuardOptions): Promise<SignalGuard> {
  const { sfuUrl, clock } = options;
  const address = new GuardAddress(sfuUrl);
  const own = new OwnIdentity(options.ownIdentity);
  let state: 'open' | 'refused' | 'closed' = 'open';
  const server = createServer((incoming, outgoing) => relayHttp(address, clock, incoming, outgoing));
  const upgrades = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false });
  const sockets = new Set<WebSocket>();

  const onRefused = (error: OracleCallError): void => {
    if (state !== 'open') return;
    state = 'refused';
    options.onRefused(error);
  };

  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const target = address.webSocketTarget(incoming.url);
    if (target === undefined || state !== 'open') {
      answer(socket, 404);
      return;
    }
    const upstream = new WebSocket(target, {
      headers: passedHeaders(incoming.headers),
      maxPayload: MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
      followRedirects: false,
    });
    sockets.add(upstream);
    const bound = clock.after(CONNECT_MAX_MS, () => giveUp(504));
    const giveUp = (status: number): void => {
      answer(socket, status);
      upstream.terminate();
    };
    const onGone = (): void => upstream.terminate();
    socket.once('close', onGone);
    upstream.once('close', () => {
      bound[Symbol.dispose]();
      sockets.delete(upstream);
    });
    // The status decides what the library does next: after 404 it tries the older form, after 401 it gives up.
    upstream.once('unexpected-response', (_request, response) => giveUp(response.statusCode ?? 502));
    const onFailed = (): void => answer(socket, 502);
    upstream.on('error', onFailed);
    upstream.once('open', () => {
      bound[Symbol.dispose]();
      upstream.off('error', onFailed);
      socket.off('close', onGone);
      upgrades.handleUpgrade(incoming, socket, head, (library) => {
        sockets.add(library);
        library.once('close', () => sockets.delete(library));
        relaySignalling({ library, server: upstream, own, onRefused });
      });
    });
  });

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const listening = server.address();
  if (listening === null || typeof listening === 'string') {
    throw new OracleCallError('ERR_INTERNAL', 'The guard has no port.');
  }
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closing ??= new Promise((resolve) => {
      state = 'closed';
      for (const socket of sockets) socket.terminate();
      server.close(() => resolve());
      server.closeAllConnections();
    }));
  return { url: address.urlOn(listening.port), close, [Symbol.asyncDispose]: close };
}

function answer(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
