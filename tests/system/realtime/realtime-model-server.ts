import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import type { LoopbackServer } from '../../../dev/process/loopback-server.ts';
import { listenOnLoopback } from '../../../dev/process/loopback-server.ts';
import { freePort } from '../../../dev/process/ports.ts';
import { RealtimeSession } from './realtime-session.ts';
import type { SessionDeps } from './realtime-session.ts';

export interface ModelServerOptions extends SessionDeps {
  /** Its name, for which clients ask. */
  readonly modelName: string;
  /** Of whoever may use it. */
  readonly key: string;
}

/** A server of OpenAI's Realtime API over WebSocket that really hears and really speaks; only its thinking is a script. */
export class RealtimeModelServer implements AsyncDisposable {
  readonly sessions: RealtimeSession[] = [];
  readonly baseUrl: string;
  readonly #sockets: WebSocketServer;
  readonly #server: LoopbackServer;

  private constructor(port: number, sockets: WebSocketServer, server: LoopbackServer, options: ModelServerOptions) {
    this.baseUrl = `http://127.0.0.1:${port}/v1`;
    this.#sockets = sockets;
    this.#server = server;
    sockets.on('connection', (socket) => this.sessions.push(new RealtimeSession(socket, options)));
  }

  static async open(options: ModelServerOptions): Promise<RealtimeModelServer> {
    const { key, modelName } = options;
    const http = createServer((_request, response) => response.writeHead(404).end());
    const sockets = new WebSocketServer({
      server: http,
      verifyClient: ({ req: { url, headers } }, done) => {
        if (headers.authorization !== `Bearer ${key}`) return done(false, 401);
        const isKnown = url === `/v1/realtime?model=${encodeURIComponent(modelName)}`;
        return isKnown ? done(true) : done(false, 404);
      },
    });
    const port = await freePort();
    return new RealtimeModelServer(port, sockets, await listenOnLoopback(http, port), options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate();
    await this.#server.close();
  }
}
