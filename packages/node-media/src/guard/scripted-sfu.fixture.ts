import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { FakeClock } from '@oracle-calls/testing/clock';
import type { OracleCallError } from '@oracle-calls/protocol';
import { WebSocket, WebSocketServer } from 'ws';
import { startSignalGuard } from './signal-guard.ts';
import type { SignalGuard } from './signal-guard.ts';

/** The server's side of signalling, without a server behind it. */
export class ScriptedSfu implements AsyncDisposable {
  /** Every request: method, target, join token. */
  readonly asked: string[] = [];
  /** What it does with a WebSocket: takes it, refuses it with this status, or says nothing at all. */
  upgrade: 'take' | 'ignore' | number = 'take';
  /** Answer to HTTP requests. */
  answer: { readonly status: number; readonly body: string | Buffer } = { status: 401, body: 'no permissions' };
  readonly heard: Buffer[] = [];
  readonly #server: Server;
  readonly #upgrades = new WebSocketServer({ noServer: true });
  readonly #sockets: Duplex[] = [];
  readonly #taken = Promise.withResolvers<WebSocket>();

  constructor(tls?: { readonly key: string; readonly cert: string }) {
    this.#server = tls === undefined ? createHttpServer() : createHttpsServer(tls);
    const note = ({ method, url, headers }: IncomingMessage): void =>
      void this.asked.push(`${method} ${url} ${headers.authorization ?? '-'}`);
    this.#server.on('request', (incoming, outgoing) => {
      note(incoming);
      outgoing.writeHead(this.answer.status, { 'content-type': 'text/plain' }).end(this.answer.body);
    });
    this.#server.on('upgrade', (incoming, socket, head) => {
      note(incoming);
      this.#sockets.push(socket);
      const { upgrade } = this;
      if (typeof upgrade === 'number') socket.end(`HTTP/1.1 ${upgrade} No\r\ncontent-length: 0\r\n\r\n`);
      if (upgrade !== 'take') return;
      this.#upgrades.handleUpgrade(incoming, socket, head, (taken) => {
        taken.on('message', (data: Buffer) => this.heard.push(data));
        this.#taken.resolve(taken);
      });
    });
  }

  /** The first WebSocket that was taken. */
  get taken(): Promise<WebSocket> {
    return this.#taken.promise;
  }

  /** @returns port on 127.0.0.1 */
  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return address.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

export interface GuardScene extends AsyncDisposable {
  readonly sfu: ScriptedSfu;
  readonly guard: SignalGuard;
  readonly clock: FakeClock;
  readonly refused: OracleCallError[];
}

export async function guardScene(pathOfSfu = ''): Promise<GuardScene> {
  const sfu = new ScriptedSfu();
  const sfuUrl = `ws://127.0.0.1:${await sfu.listen()}${pathOfSfu}`;
  const clock = new FakeClock();
  const refused: OracleCallError[] = [];
  const guard = await startSignalGuard({
    sfuUrl,
    ownIdentity: 'agent',
    clock,
    onRefused: (error) => void refused.push(error),
  });
  return {
    sfu,
    guard,
    clock,
    refused,
    async [Symbol.asyncDispose]() {
      await guard.close();
      await sfu[Symbol.asyncDispose]();
    },
  };
}

/** How a connection of the media library went. */
export type Opened =
  { readonly kind: 'open'; readonly socket: WebSocket } | { readonly kind: 'refused'; readonly status: number };

export function open(url: string): Promise<Opened> {
  const socket = new WebSocket(url, { headers: { authorization: 'Bearer join', cookie: 'private' } });
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve({ kind: 'open', socket }));
    socket.once('unexpected-response', (_request, response) => {
      resolve({ kind: 'refused', status: response.statusCode ?? 0 });
      socket.terminate();
    });
    socket.on('error', reject);
  });
}
