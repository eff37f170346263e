import { join } from 'node:path';
import { SecretBytes } from '@oracle-calls/protocol';
import { createRawKeySigner, type CallSigner } from '@oracle-calls/protocol/signing';
import * as v from 'valibot';
import { readRecord, writeRecord } from './private-record.ts';

const FILE_NAME = 'user-key.json';
/** Length of an Ed25519 private key (the seed of RFC 8032, section 5.1.5), in bytes. */
const SEED_BYTES = 32;
const fileSchema = v.object({
  v: v.literal(1),
  algorithm: v.literal('Ed25519'),
  privateKey: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/)),
});

/** The caller's own DID, a `did:key` that signs calls: made once and kept in the account's folder. The key stays in memory until disposed. */
export async function openOwnSigner(folder: string): Promise<Disposable & { readonly signer: CallSigner }> {
  const path = join(folder, FILE_NAME);
  const kept = await readRecord(path, fileSchema);
  const name = "the caller's signing key";
  const privateKey =
    kept === undefined
      ? SecretBytes.random(SEED_BYTES, name)
      : new SecretBytes(Buffer.from(kept.privateKey, 'base64url'), name);
  if (kept === undefined) {
    const text = Buffer.from(privateKey.expose()).toString('base64url');
    await writeRecord(path, { v: 1, algorithm: 'Ed25519', privateKey: text });
  }
  return {
    signer: createRawKeySigner({ algorithm: 'Ed25519', privateKey }),
    [Symbol.dispose]: () => privateKey.destroy(),
  };
}
