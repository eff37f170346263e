import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';

export type Sent = Readonly<Record<string, unknown>> & { readonly type: string };

/** A server of the Realtime API, in whose place the test speaks. */
export class RealtimeServer implements AsyncDisposable {
  readonly received: Sent[] = [];
  readonly http = createServer();
  readonly sockets = new WebSocketServer({ server: this.http });
  authorization: string | undefined;
  path: string | undefined;
  /** What follows a connection; by default what the real one does. */
  greet: (socket: WebSocket) => void = (socket) =>
    socket.send(JSON.stringify({ type: 'session.created', session: {} }));
  answerUpdate = true;
  /** The session as it is taken; by default with the real one's way to notice speech. */
  taken: object = {
    audio: { input: { turn_detection: { type: 'server_vad', prefix_padding_ms: 300, silence_duration_ms: 500 } } },
  };
  socket: WebSocket | undefined;

  async open(): Promise<this> {
    this.sockets.on('connection', (socket, request) => {
      this.socket = socket;
      this.authorization = request.headers.authorization;
      this.path = request.url;
      socket.on('message', (data) => {
        const event = JSON.parse((data as Buffer).toString()) as Sent;
        this.received.push(event);
        if (event.type === 'session.update' && this.answerUpdate) {
          this.say({ type: 'session.updated', session: this.taken });
        }
      });
      this.greet(socket);
    });
    this.http.listen(0, '127.0.0.1');
    await once(this.http, 'listening');
    return this;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.http.address() as AddressInfo).port}/v1/realtime`;
  }

  say(event: object): void {
    this.socket?.send(JSON.stringify(event));
  }

  /** The first event of this type that came, once it has. */
  async event(type: string): Promise<Sent> {
    await vi.waitFor(() => expect(this.received.map((one) => one.type)).toContain(type));
    const found = this.received.find((one) => one.type === type);
    if (found === undefined) throw new Error('gone');
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.sockets.clients) client.terminate();
    this.http.close();
    await once(this.http, 'close');
  }
}

/** Samples as the protocol has them. */
export const base64 = (...samples: number[]): string => Buffer.from(Int16Array.from(samples).buffer).toString('base64');
