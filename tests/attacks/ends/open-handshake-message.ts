import { createDecipheriv, hkdfSync } from 'node:crypto';
import type { SecretBytes } from '@oracle-calls/protocol';
import { readFrameHeader } from '@oracle-calls/protocol/handshake';

type Bytes = Uint8Array<ArrayBuffer>;

/** Lengths of `docs/protocol.md`, "Sealing": header, salt, tag. */
const HEADER_BYTES = 10;
const SALT_BYTES = 32;
const TAG_BYTES = 16;

/**
 * Opens a sealed message of the handshake as the protocol's text says it, written anew: the package does not export its own, and a thief
 * would not ask it.
 */
export function openHandshakeMessage(secret: SecretBytes, frame: Bytes): Bytes {
  const { kind, attempt, epoch } = readFrameHeader(frame);
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32BE(attempt);
  numbers.writeUInt32BE(epoch, 4);
  const info = Buffer.concat([Buffer.from(`oracle-calls v2 seal ${kind}`), numbers]);
  const clear = frame.subarray(0, HEADER_BYTES + SALT_BYTES);
  const key = Buffer.from(hkdfSync('sha256', secret.expose(), clear.subarray(HEADER_BYTES), info, 32));
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.alloc(12));
  decipher.setAAD(clear);
  decipher.setAuthTag(frame.subarray(-TAG_BYTES));
  return new Uint8Array(Buffer.concat([decipher.update(frame.subarray(clear.length, -TAG_BYTES)), decipher.final()]));
}
