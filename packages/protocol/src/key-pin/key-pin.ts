import { bytesToHex } from '@noble/hashes/utils.js';
import * as v from 'valibot';
import { type Did, didSchema } from '../did/did.ts';
import { parseWith } from '../parse.ts';
import { ENVELOPE_SUITES, type EnvelopeKey } from '../signed-envelope/suites.ts';
import { SIGNING_ALGORITHMS, type SigningKey } from '../signing/signing-key.ts';

/** The keys that somebody's DID document shows now. Oracles have an envelope key, users none. */
export interface PresentedKeys {
  readonly did: Did;
  /** A user's signing key, an oracle's identity key. */
  readonly signingKey: SigningKey;
  readonly envelopeKey?: EnvelopeKey | undefined;
}

const publicKeyHexSchema = v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{64}|[0-9a-f]{66})$/, 'a public key in hex'));

const keyPinSchema = v.object({
  v: v.literal(1),
  did: didSchema,
  signingKey: v.object({
    methodId: v.string(),
    algorithm: v.picklist(SIGNING_ALGORITHMS),
    publicKeyHex: publicKeyHexSchema,
  }),
  envelopeKey: v.optional(
    v.object({ methodId: v.string(), suite: v.picklist(ENVELOPE_SUITES), publicKeyHex: publicKeyHexSchema }),
  ),
  /** Of the last rotation that led here; 0 when there was none. */
  sequence: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
});

/** Keys that were seen before, as plain JSON for any storage. Public, but whoever can change it chooses the keys. */
export type KeyPin = v.InferOutput<typeof keyPinSchema>;

/** Pins keys as they are presented. */
export function createKeyPin({ did, signingKey, envelopeKey }: PresentedKeys, sequence: number): KeyPin {
  return {
    v: 1,
    did,
    signingKey: {
      methodId: signingKey.methodId,
      algorithm: signingKey.algorithm,
      publicKeyHex: bytesToHex(signingKey.publicKey),
    },
    ...(envelopeKey && {
      envelopeKey: {
        methodId: envelopeKey.methodId,
        suite: envelopeKey.suite,
        publicKeyHex: bytesToHex(envelopeKey.publicKey),
      },
    }),
    sequence,
  };
}

/**
 * Reads a pin out of a storage.
 *
 * @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED`: then the keys are not known, which is not the same as never seen
 */
export function parseKeyPin(value: unknown): KeyPin {
  return parseWith(keyPinSchema, value);
}

/** Whether two pins hold the same keys: kind and bytes. The names of the methods are the document's matter. */
export function holdSameKeys(left: KeyPin, right: KeyPin): boolean {
  return (
    left.did === right.did &&
    left.signingKey.algorithm === right.signingKey.algorithm &&
    left.signingKey.publicKeyHex === right.signingKey.publicKeyHex &&
    left.envelopeKey?.suite === right.envelopeKey?.suite &&
    left.envelopeKey?.publicKeyHex === right.envelopeKey?.publicKeyHex
  );
}
