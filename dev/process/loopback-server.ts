import { once } from 'node:events';
import type { Server } from 'node:net';
import { releasePort } from './ports.ts';

/** A server inside of this process. */
export interface LoopbackServer extends AsyncDisposable {
  /** Ends open connections, and gives the port back. Idempotent. */
  close(): Promise<void>;
}

/** Has a server listen on a port of loopback that `freePort` gave. */
export async function listenOnLoopback(
  server: Server & { closeAllConnections?(): void },
  port: number,
): Promise<LoopbackServer> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closed ??= new Promise((resolve) => {
      server.close(() => resolve());
      // Kept-alive connections would hold the server open for as long as their owners like.
      server.closeAllConnections?.();
      releasePort(port);
    }));
  return { close, [Symbol.asyncDispose]: close };
}
