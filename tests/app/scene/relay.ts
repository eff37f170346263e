import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A way between clients and one server that can be cut and mended, as a cable can. */
export interface Relay extends AsyncDisposable {
  /** The server's address with this relay's port. */
  readonly url: string;
  /** Ends every connection and refuses new ones, until the result is disposed. */
  cut(): Disposable;
  /** How many connections pass through it now. */
  connections(): number;
}

/** Opens a relay on loopback before the server at `url`. It passes bytes on and knows nothing of them. */
export async function openRelay(url: string): Promise<Relay> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let cuts = 0;
  const server = createServer((near) => {
    if (cuts > 0) {
      near.destroy();
      return;
    }
    const far = connect(Number(port), hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      // A lost connection is what this is for; `close` follows.
      one.on('error', () => undefined);
      one.once('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The relay has no port.');
  const relayed = new URL(url);
  relayed.port = String(address.port);
  const dropAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    // As the original was written: a bare origin stays without a slash.
    url: url.endsWith('/') ? relayed.href : relayed.href.replace(/\/$/, ''),
    cut() {
      cuts++;
      dropAll();
      let isMended = false;
      return {
        [Symbol.dispose]() {
          if (!isMended) cuts--;
          isMended = true;
        },
      };
    },
    connections: () => sockets.size / 2,
    async [Symbol.asyncDispose]() {
      dropAll();
      server.close();
      await once(server, 'close');
    },
  };
}
