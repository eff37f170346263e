import { sha256 } from '@noble/hashes/sha2.js';
import { ByteReader } from '../byte-layout/byte-reader.ts';
import { areBytesEqual, concatBytes } from '../byte-layout/byte-strings.ts';
import { ByteWriter } from '../byte-layout/byte-writer.ts';
import { createCallKey } from '../call-key/call-key.ts';
import type { OracleKeys } from '../did/call-keys.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { signedMessage } from '../key-schedule/labelled-hash.ts';
import type { SecretBytes } from '../secret-bytes.ts';
import type { OwnOracleKeys } from '../signed-envelope/own-keys.ts';
import { loadSuite } from '../signed-envelope/sealing-suite.ts';
import { type EnvelopeSuite, SUITE_TABLE, suiteOfByte } from '../signed-envelope/suites.ts';
import { SIGNATURE_BYTES } from '../signing/signing-key.ts';
import { isSignatureValid } from '../signing/verify-signature.ts';
import type { WebCryptoKey } from '../signing/web-crypto-key.ts';
import { MEMORY_BODY_MAX_BYTES, MEMORY_HEADER_BYTES, MEMORY_RECORD_MAX_BYTES } from './memory-record-size.ts';
import { hashMemoryContext, hashMemoryRecord, type MemoryScope } from './memory-scope.ts';

/** First byte of a record. Envelopes begin with 0x10 or a point of SEC 1, rotations with 0x20. */
const RECORD_MARKER = 0x30;
const RECORD_LAYOUT = 1;
const KEY_HASH_BYTES = 32;
const TAG_BYTES = 16;
/** Zero is safe: a content key seals one record. */
const NONCE = new Uint8Array(12);
const SIGNATURE_LABEL = 'memory signature';

/** What a record says of itself, signed. */
export interface MemoryFacts {
  /** Rises with each record of a scope: an older one is told by it. */
  readonly revision: number;
  /** The user's last erasure that its writer knew of, ms since the epoch; 0 for none. */
  readonly erasedAt: number;
  /** When it was sealed, ms since the epoch. */
  readonly keptAt: number;
}

/** Why a record is refused. */
export type MemoryRefusal =
  'malformed' | 'other-key' | 'signature' | 'not-opened' | 'rolled-back' | 'erased' | 'expired';

/** A record that is not believed: `details.why` says which check failed. */
export const memoryRefused = (why: MemoryRefusal, cause?: unknown): OracleCallError =>
  new OracleCallError('ERR_MEMORY_REFUSED', undefined, { details: { why }, cause });

interface Header extends MemoryFacts {
  readonly suite: EnvelopeSuite;
  readonly envelopeKeyHash: Uint8Array;
  readonly identityKeyHash: Uint8Array;
}

const encodeHeader = ({ suite, revision, erasedAt, keptAt, envelopeKeyHash, identityKeyHash }: Header) =>
  new ByteWriter()
    .u8(RECORD_MARKER)
    .u8(RECORD_LAYOUT)
    .u8(SUITE_TABLE[suite].byte)
    .u64(revision)
    .u64(erasedAt)
    .u64(keptAt)
    .fixed(envelopeKeyHash, KEY_HASH_BYTES)
    .fixed(identityKeyHash, KEY_HASH_BYTES)
    .finish();

export interface SealMemoryOptions {
  readonly scope: MemoryScope;
  readonly facts: MemoryFacts;
  /** The encoded body, at most `MEMORY_BODY_MAX_BYTES`. */
  readonly body: Uint8Array<ArrayBuffer>;
  readonly oracle: Pick<OwnOracleKeys, 'envelopeKey' | 'identityKey' | 'identitySigner'>;
}

/**
 * Seals a memory to the oracle's own envelope key and signs it with its identity key. The body is sealed under a key of its own, and that key as a
 * call key is: so that both suites of envelopes serve, and neither needs associated data.
 *
 * @throws {OracleCallError} `ERR_PROTOCOL_TOO_LARGE`, `ERR_ENVELOPE_UNSUPPORTED`
 */
export async function sealMemory({ scope, facts, body, oracle }: SealMemoryOptions): Promise<Uint8Array<ArrayBuffer>> {
  if (body.length > MEMORY_BODY_MAX_BYTES) throw new OracleCallError('ERR_PROTOCOL_TOO_LARGE');
  const { envelopeKey, identityKey, identitySigner } = oracle;
  const { suite } = envelopeKey;
  const header = encodeHeader({
    ...facts,
    suite,
    envelopeKeyHash: sha256(envelopeKey.publicKey),
    identityKeyHash: sha256(identityKey.publicKey),
  });
  const contextHash = hashMemoryContext(scope, header);
  using contentKey = createCallKey();
  const { encapsulatedKey, ciphertext } = await (
    await loadSuite(suite)
  ).seal(contentKey, envelopeKey.publicKey, contextHash);
  const key = await aesKey(contentKey, 'encrypt');
  const clear = { name: 'AES-GCM', iv: NONCE, additionalData: contextHash };
  const sealed = concatBytes(
    encapsulatedKey,
    ciphertext,
    new Uint8Array(await crypto.subtle.encrypt(clear, key, body)),
  );
  const signature = await identitySigner.sign(messageOf(contextHash, sealed));
  return concatBytes(header, sealed, signature);
}

export interface OpenMemoryOptions {
  readonly scope: MemoryScope;
  readonly record: Uint8Array;
  readonly oracle: Pick<OracleKeys, 'envelopeKey' | 'identityKey'>;
  /** The private half of `oracle.envelopeKey`. */
  readonly envelopePrivateKey: SecretBytes;
}

export interface OpenedMemory extends MemoryFacts {
  readonly body: Uint8Array<ArrayBuffer>;
}

/**
 * Verifies a record and, only then, opens it. Anybody can seal to a public key: it is the oracle's own signature that says who remembered.
 * Whether it is the newest one, the caller has to know.
 *
 * @throws {OracleCallError} `ERR_MEMORY_REFUSED`
 */
export async function openMemory({
  scope,
  record,
  oracle,
  envelopePrivateKey,
}: OpenMemoryOptions): Promise<OpenedMemory> {
  const { envelopeKey, identityKey } = oracle;
  const { facts, suite, keyHashes, headerBytes, encapsulatedKey, ciphertext, body, sealed, signature } = split(record);
  // Both are written by whoever rotates: a record of before is not forged, but nobody here can open or believe it.
  if (
    suite !== envelopeKey.suite ||
    !areBytesEqual(keyHashes.envelope, sha256(envelopeKey.publicKey)) ||
    !areBytesEqual(keyHashes.identity, sha256(identityKey.publicKey))
  ) {
    throw memoryRefused('other-key');
  }
  const contextHash = hashMemoryContext(scope, headerBytes);
  const message = messageOf(contextHash, sealed);
  const { algorithm, publicKey } = identityKey;
  if (!isSignatureValid({ algorithm, publicKey, message, signature })) throw memoryRefused('signature');
  using contentKey = await (
    await loadSuite(suite)
  ).tryOpen({ encapsulatedKey, ciphertext }, envelopePrivateKey, contextHash);
  if (contentKey === undefined) throw memoryRefused('not-opened');
  const key = await aesKey(contentKey, 'decrypt');
  try {
    const how = { name: 'AES-GCM', iv: NONCE, additionalData: contextHash };
    return { ...facts, body: new Uint8Array(await crypto.subtle.decrypt(how, key, body)) };
  } catch (cause) {
    throw memoryRefused('not-opened', cause);
  }
}

function split(record: Uint8Array) {
  if (record.length > MEMORY_RECORD_MAX_BYTES) throw memoryRefused('malformed');
  try {
    const reader = new ByteReader(record, 'ERR_MEMORY_REFUSED');
    const [marker, layout, suiteByte] = [reader.u8(), reader.u8(), reader.u8()];
    const suite = suiteOfByte(suiteByte);
    if (marker !== RECORD_MARKER || layout !== RECORD_LAYOUT || suite === undefined) throw memoryRefused('malformed');
    const facts = { revision: reader.u64(), erasedAt: reader.u64(), keptAt: reader.u64() };
    const keyHashes = { envelope: reader.fixed(KEY_HASH_BYTES), identity: reader.fixed(KEY_HASH_BYTES) };
    const { encapsulatedKeyBytes, ciphertextBytes } = SUITE_TABLE[suite];
    const encapsulatedKey = reader.fixed(encapsulatedKeyBytes);
    const ciphertext = reader.fixed(ciphertextBytes);
    const rest = reader.rest(TAG_BYTES + SIGNATURE_BYTES);
    return {
      facts,
      suite,
      keyHashes,
      headerBytes: record.slice(0, MEMORY_HEADER_BYTES),
      encapsulatedKey,
      ciphertext,
      body: rest.slice(0, -SIGNATURE_BYTES),
      sealed: record.slice(MEMORY_HEADER_BYTES, -SIGNATURE_BYTES),
      signature: rest.slice(-SIGNATURE_BYTES),
    };
  } catch (cause) {
    throw memoryRefused('malformed', cause);
  }
}

const messageOf = (contextHash: Uint8Array, sealed: Uint8Array): Uint8Array<ArrayBuffer> =>
  signedMessage(SIGNATURE_LABEL, hashMemoryRecord(contextHash, sealed));

const aesKey = (secret: SecretBytes, usage: 'encrypt' | 'decrypt'): Promise<WebCryptoKey> =>
  crypto.subtle.importKey('raw', secret.expose(), 'AES-GCM', false, [usage]);
