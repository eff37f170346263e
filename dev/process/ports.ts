import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

const LOOPBACK = '127.0.0.1';
type Transport = 'tcp' | 'udp';

/** Ports handed out by this process, which their new owner may not have bound yet. */
const handedOut = new Set<string>();

/**
 * A free port on loopback: `preferred` when nobody has it, otherwise one that the system picks.
 * The caller should bind it soon; within this process no port is handed out twice while it is held.
 */
export async function freePort(preferred?: number, transport: Transport = 'tcp'): Promise<number> {
  if (preferred !== undefined && preferred !== 0 && !handedOut.has(`${transport}:${preferred}`)) {
    const port = await tryBind(preferred, transport);
    if (port !== undefined) return remember(port, transport);
  }
  // The system hands out ephemeral ports in turn; one that was handed out before is simply asked for again.
  for (let attempt = 0; attempt < 20; attempt++) {
    const port = await tryBind(0, transport);
    if (port !== undefined && !handedOut.has(`${transport}:${port}`)) return remember(port, transport);
  }
  throw new Error('no free port on loopback');
}

/** Gives a port back, once its owner has stopped. */
export function releasePort(port: number, transport: Transport = 'tcp'): void {
  handedOut.delete(`${transport}:${port}`);
}

function remember(port: number, transport: Transport): number {
  handedOut.add(`${transport}:${port}`);
  return port;
}

function tryBind(port: number, transport: Transport): Promise<number | undefined> {
  return transport === 'tcp' ? tryBindTcp(port) : tryBindUdp(port);
}

function tryBindTcp(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : undefined));
    });
  });
}

function tryBindUdp(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => {
      socket.close();
      resolve(undefined);
    });
    socket.bind({ port, address: LOOPBACK, exclusive: true }, () => {
      const bound = socket.address().port;
      socket.close(() => resolve(bound));
    });
  });
}
