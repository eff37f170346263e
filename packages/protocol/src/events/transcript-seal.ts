import { base64urlnopad } from '@scure/base';
import { ByteReader } from '../byte-layout/byte-reader.ts';
import { ByteWriter } from '../byte-layout/byte-writer.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { parseWith } from '../parse.ts';
import type { SecretBytes } from '../secret-bytes.ts';
import type { WebCryptoKey } from '../signing/web-crypto-key.ts';
import {
  TRANSCRIPT_BODY_MAX_BYTES,
  transcriptBodySchema,
  type TranscriptBody,
  type TranscriptPlace,
} from './transcript-event.ts';

/** What the account's key is derived for (`deriveAccountKey` of the Matrix port). */
export const TRANSCRIPT_KEY_LABEL = 'oracle-calls transcript key v1';

const SEAL_LABEL = 'oracle-calls transcript part v1';
/** Fresh for each part, so that each has a key of its own. */
const SALT_BYTES = 32;
const TAG_BYTES = 16;
/** Zero is safe: a key seals one part. */
const NONCE = new Uint8Array(12);

/**
 * Seals one part with AES-256-GCM under `HKDF-SHA-256(salt, account key, label ‖ account ‖ callId ‖ part)`. The oracle's account holds the room's
 * keys, and a homeserver can plant room keys in a backup: this is what keeps one from reading and the other from writing transcripts.
 */
export async function sealTranscriptPart(
  accountKey: SecretBytes,
  place: TranscriptPlace,
  body: TranscriptBody,
  salt: Uint8Array<ArrayBuffer> = crypto.getRandomValues(new Uint8Array(SALT_BYTES)),
): Promise<string> {
  const clear = new TextEncoder().encode(JSON.stringify(parseWith(transcriptBodySchema, body)));
  if (clear.length > TRANSCRIPT_BODY_MAX_BYTES) throw new OracleCallError('ERR_PROTOCOL_TOO_LARGE');
  const key = await partKey(accountKey, place, salt, 'encrypt');
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv: NONCE }, key, clear));
  return base64urlnopad.encode(new ByteWriter().fixed(salt, SALT_BYTES).rest(sealed).finish());
}

/**
 * Opens one part.
 *
 * @throws {OracleCallError} `ERR_ENVELOPE_OPEN` when it was not sealed by this account for this place; `ERR_PROTOCOL_MALFORMED`
 */
export async function openTranscriptPart(
  accountKey: SecretBytes,
  place: TranscriptPlace,
  sealed: string,
): Promise<TranscriptBody> {
  const reader = new ByteReader(decode(sealed), 'ERR_PROTOCOL_MALFORMED');
  const key = await partKey(accountKey, place, reader.fixed(SALT_BYTES), 'decrypt');
  let body: unknown;
  try {
    const clear = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: NONCE }, key, reader.rest(TAG_BYTES));
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(clear));
  } catch (cause) {
    throw new OracleCallError('ERR_ENVELOPE_OPEN', undefined, { cause });
  }
  return parseWith(transcriptBodySchema, body);
}

function decode(text: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(base64urlnopad.decode(text));
  } catch (cause) {
    throw new OracleCallError('ERR_PROTOCOL_MALFORMED', 'Bytes in base64url expected.', { cause });
  }
}

async function partKey(
  accountKey: SecretBytes,
  { account, callId, part }: TranscriptPlace,
  salt: Uint8Array<ArrayBuffer>,
  usage: 'encrypt' | 'decrypt',
): Promise<WebCryptoKey> {
  const info = new ByteWriter().text(SEAL_LABEL).text(account).text(callId).u16(part).finish();
  const secret = await crypto.subtle.importKey('raw', accountKey.expose(), 'HKDF', false, ['deriveKey']);
  const derivation = { name: 'HKDF', hash: 'SHA-256', salt, info };
  return await crypto.subtle.deriveKey(derivation, secret, { name: 'AES-GCM', length: 256 }, false, [usage]);
}
