import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import * as v from 'valibot';
import { type Did, didSchema } from '../did/did.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { parseWith } from '../parse.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { publicKeyOf } from './secp256k1-key.ts';

const privateKeyHexSchema = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/i, 'a private key of 32 bytes in hex'));

const oracleKeyFileSchema = v.object({
  kty: v.literal('secp256k1'),
  did: didSchema,
  privateKeyHex: privateKeyHexSchema,
  /** X25519. Files of before signed calls have neither this nor the next. */
  envelopePrivateKeyHex: v.optional(privateKeyHexSchema),
  /** Ed25519, the seed. */
  identityPrivateKeyHex: v.optional(privateKeyHexSchema),
});

/** The oracle's keys for signed calls, apart from its secp256k1 key. */
export interface SignedCallPrivateKeys {
  /** X25519, 32 bytes. */
  readonly envelopePrivateKey?: SecretBytes | undefined;
  /** Ed25519 seed, 32 bytes. */
  readonly identityPrivateKey?: SecretBytes | undefined;
}

/** What `oracle.key.json` holds: whose keys they are, and the keys. */
export interface OracleKey extends SignedCallPrivateKeys {
  readonly did: Did;
  readonly privateKey: SecretBytes;
  /** Compressed, 33 bytes. */
  readonly publicKey: Uint8Array;
}

/** The text of an oracle's key file. It is the secret itself: write it with mode 0600 and show it nowhere. */
export function encodeOracleKeyFile(
  did: Did,
  privateKey: SecretBytes,
  { envelopePrivateKey, identityPrivateKey }: SignedCallPrivateKeys = {},
): string {
  const content = {
    kty: 'secp256k1',
    did,
    privateKeyHex: bytesToHex(privateKey.expose()),
    ...(envelopePrivateKey && { envelopePrivateKeyHex: bytesToHex(envelopePrivateKey.expose()) }),
    ...(identityPrivateKey && { identityPrivateKeyHex: bytesToHex(identityPrivateKey.expose()) }),
  };
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
  const { did, privateKeyHex, envelopePrivateKeyHex, identityPrivateKeyHex } = parseWith(oracleKeyFileSchema, content);
  const privateKey = secretOf(privateKeyHex, 'oracle private key');
  return {
    did,
    privateKey,
    publicKey: publicKeyOf(privateKey),
    ...(envelopePrivateKeyHex && { envelopePrivateKey: secretOf(envelopePrivateKeyHex, 'oracle envelope key') }),
    ...(identityPrivateKeyHex && { identityPrivateKey: secretOf(identityPrivateKeyHex, 'oracle identity key') }),
  };
}

function secretOf(hex: string, label: string): SecretBytes {
  const bytes = hexToBytes(hex);
  const secret = new SecretBytes(bytes, label);
  bytes.fill(0);
  return secret;
}
