import { createSocket } from 'node:dgram';
import { randomBytes } from 'node:crypto';
import type { Clock } from '@oracle-calls/protocol';

/* A STUN binding request (RFC 8489, 5 and 14): the smallest question that shows whether UDP gets to a server and back. */
const BINDING_REQUEST = 0x00_01;
const BINDING_SUCCESS = 0x01_01;
const MAGIC_COOKIE = 0x21_12_a4_42;
const HEADER_BYTES = 20;
const TRANSACTION_BYTES = 12;

/** UDP may lose a packet: asked so often, with this pause in ms between (RFC 8489, 6.2.1 begins with 500). */
const TRIES = 4;
const PAUSE_MS = 500;

export interface StunServer {
  readonly host: string;
  readonly port: number;
}

/** The server of a `stun:` or `turn:` address over UDP (RFC 7064, 7065); `undefined` for TLS, TCP and what is neither. */
export function udpServerOf(url: string): StunServer | undefined {
  const [, host, port = '3478', query = ''] = /^(?:stun|turn):(\[[^\]]+\]|[^:?]+)(?::(\d+))?(\?.*)?$/i.exec(url) ?? [];
  if (host === undefined || /transport=tcp/i.test(query)) return undefined;
  return { host: host.replaceAll(/[[\]]/g, ''), port: Number(port) };
}

/** Whether a server answers a binding request, within a bounded time. */
export async function answersStun({ host, port }: StunServer, clock: Clock, signal: AbortSignal): Promise<boolean> {
  const transaction = randomBytes(TRANSACTION_BYTES);
  const request = Buffer.alloc(HEADER_BYTES);
  request.writeUInt16BE(BINDING_REQUEST, 0);
  request.writeUInt32BE(MAGIC_COOKIE, 4);
  transaction.copy(request, 8);
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  const answered = Promise.withResolvers<boolean>();
  socket.on('message', (answer) => {
    if (answer.length < HEADER_BYTES || answer.readUInt16BE(0) !== BINDING_SUCCESS) return;
    if (answer.subarray(8, HEADER_BYTES).equals(transaction)) answered.resolve(true);
  });
  // A name that is not known, a port that refuses: neither answers.
  socket.on('error', () => answered.resolve(false));
  try {
    for (let attempt = 0; attempt < TRIES && !signal.aborted; attempt += 1) {
      socket.send(request, port, host, () => undefined);
      const pause = new AbortController();
      const result = await Promise.race([
        answered.promise,
        clock.sleep(PAUSE_MS, { signal: pause.signal }).then(() => undefined),
      ]);
      pause.abort(new Error('answered'));
      if (result !== undefined) return result;
    }
    return false;
  } finally {
    socket.close();
  }
}
