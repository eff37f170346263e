import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { SecretBytes } from '@oracle-calls/protocol';
import { encodeFrameHeader, readFrameHeader, type FrameHeader } from '@oracle-calls/protocol/handshake';

type Bytes = Uint8Array<ArrayBuffer>;

/** Lengths of `docs/protocol.md`, "Sealing": header, salt, tag. */
const HEADER_BYTES = 10;
const SALT_BYTES = 32;
const TAG_BYTES = 16;
const NONCE = Buffer.alloc(12);

/*
 * The seal of the key exchange's messages as the protocol's text says it, written anew: the package does not export its own, and an
 * attacker would not ask it.
 */

function sealingKey(secret: SecretBytes, { kind, attempt, epoch }: FrameHeader, salt: Uint8Array): Buffer {
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32BE(attempt);
  numbers.writeUInt32BE(epoch, 4);
  const info = Buffer.concat([Buffer.from(`oracle-calls v3 seal ${kind}`), numbers]);
  return Buffer.from(hkdfSync('sha256', secret.expose(), salt, info, 32));
}

export function sealHandshakeMessage(secret: SecretBytes, header: FrameHeader, body: Uint8Array): Bytes {
  const salt = randomBytes(SALT_BYTES);
  const clear = Buffer.concat([encodeFrameHeader(header), salt]);
  const cipher = createCipheriv('aes-256-gcm', sealingKey(secret, header, salt), NONCE);
  cipher.setAAD(clear);
  return new Uint8Array(Buffer.concat([clear, cipher.update(body), cipher.final(), cipher.getAuthTag()]));
}

/** @throws when it does not open */
export function openHandshakeMessage(secret: SecretBytes, frame: Bytes): Bytes {
  const clear = frame.subarray(0, HEADER_BYTES + SALT_BYTES);
  const key = sealingKey(secret, readFrameHeader(frame), clear.subarray(HEADER_BYTES));
  const decipher = createDecipheriv('aes-256-gcm', key, NONCE);
  decipher.setAAD(clear);
  decipher.setAuthTag(frame.subarray(-TAG_BYTES));
  return new Uint8Array(Buffer.concat([decipher.update(frame.subarray(clear.length, -TAG_BYTES)), decipher.final()]));
}
