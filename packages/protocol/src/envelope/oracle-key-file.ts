import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import * as v from 'valibot';
import { type Did, didSchema } from '../did/did.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { parseWith } from '../parse.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { publicKeyOf } from './secp256k1-key.ts';

const oracleKeyFileSchema = v.object({
  kty: v.literal('secp256k1'),
  did: didSchema,
  privateKeyHex: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/i, 'a private key of 32 bytes in hex')),
});

/** What `oracle.key.json` holds: whose key it is, and the key. */
export interface OracleKey {
  readonly did: Did;
  readonly privateKey: SecretBytes;
  /** Compressed, 33 bytes. */
  readonly publicKey: Uint8Array;
}

/** The text of an oracle's key file. It is the secret itself: write it with mode 0600 and show it nowhere. */
export function encodeOracleKeyFile(did: Did, privateKey: SecretBytes): string {
  const content = { kty: 'secp256k1', did, privateKeyHex: bytesToHex(privateKey.expose()) };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

/**
 * Reads the text of an oracle's key file. Errors name fields, never values.
 *
 * @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED`, `ERR_ENVELOPE_UNSUPPORTED` when the number is no private key
 */
export function parseOracleKeyFile(text: string): OracleKey {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // Without the cause: a JSON error quotes the text around it, which may be the key.
    throw new OracleCallError('ERR_PROTOCOL_MALFORMED', 'The key file is not JSON.');
  }
  const { did, privateKeyHex } = parseWith(oracleKeyFileSchema, content);
  const bytes = hexToBytes(privateKeyHex);
  const privateKey = new SecretBytes(bytes, 'oracle private key');
  bytes.fill(0);
  return { did, privateKey, publicKey: publicKeyOf(privateKey) };
}
