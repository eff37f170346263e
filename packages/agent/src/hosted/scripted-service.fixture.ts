import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Resolves when the connection's other end has gone, or the answer was given whole. */
  readonly closed: Promise<unknown>;
}

export type Reply = (response: ServerResponse, request: SeenRequest) => unknown;

/** A service on loopback that answers each request as the test says, byte for byte, and remembers what it was asked. */
export class ScriptedService implements AsyncDisposable {
  readonly requests: SeenRequest[] = [];
  /** One for each request; the last stays. */
  replies: Reply[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((incoming, response) => {
      void (async () => {
        const parts: Buffer[] = [];
        for await (const part of incoming) parts.push(part as Buffer);
        const { url: path = '', headers } = incoming;
        const request = { path, headers, body: Buffer.concat(parts), closed: once(response, 'close') };
        this.requests.push(request);
        const reply = this.replies.length > 1 ? this.replies.shift() : this.replies[0];
        await reply?.(response, request);
      })();
    });
  }

  static async open(...replies: Reply[]): Promise<ScriptedService> {
    const service = new ScriptedService();
    service.replies = replies;
    service.#server.listen(0, '127.0.0.1');
    await once(service.#server, 'listening');
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The JSON of every request, in order. */
  get bodies(): unknown[] {
    return this.requests.map(({ body }) => JSON.parse(body.toString('utf8')) as unknown);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

const EVENT_STREAM = { 'content-type': 'text/event-stream; charset=utf-8' } as const;

export const status =
  (code: number, headers: Readonly<Record<string, string>> = {}, body: string | Uint8Array = ''): Reply =>
  (response) =>
    response.writeHead(code, headers).end(body);

export const json = (value: unknown): Reply =>
  status(200, { 'content-type': 'application/json' }, JSON.stringify(value));

/** Writes each piece as a chunk of its own, so that boundaries fall where the test puts them. */
async function writeAll(response: ServerResponse, pieces: readonly (string | Uint8Array)[]): Promise<void> {
  response.writeHead(200, EVENT_STREAM);
  for (const piece of pieces) await new Promise((resolve) => response.write(piece, resolve));
}

export const stream =
  (...pieces: readonly (string | Uint8Array)[]): Reply =>
  async (response) => {
    await writeAll(response, pieces);
    response.end();
  };

/** Writes, and then tears the connection. */
export const streamTorn =
  (...pieces: readonly string[]): Reply =>
  async (response) => {
    await writeAll(response, pieces);
    response.destroy();
  };

/** Writes, and then says nothing any more. */
export const streamStalled =
  (...pieces: readonly string[]): Reply =>
  (response) =>
    writeAll(response, pieces);

export const silence: Reply = () => undefined;

export const event = (data: unknown, name?: string): string =>
  `${name === undefined ? '' : `event: ${name}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
