import { createServer } from 'node:net';

export type PortState = 'free' | 'taken' | 'forbidden' | 'no-such-address';

/** Whether this machine could listen there now. */
export function portStateOf(host: string, port: number): Promise<PortState> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'EADDRINUSE') resolve('taken');
      else resolve(code === 'EACCES' ? 'forbidden' : 'no-such-address');
    });
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve('free')));
  });
}
