import { ByteReader } from '../byte-layout/byte-reader.ts';
import { ByteWriter } from '../byte-layout/byte-writer.ts';
import { X_WING_ENCAPSULATION_BYTES, X_WING_PUBLIC_KEY_BYTES } from '../kem/x-wing.ts';
import { TAG_BYTES } from '../key-schedule/key-schedule.ts';
import { labelledHash, u32Field } from '../key-schedule/labelled-hash.ts';
import { SIGNATURE_BYTES } from '../signing/signing-key.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Agent → user. */
export interface RekeyOffer {
  /** X-Wing, for this epoch alone. */
  readonly ephemeralPublicKey: Bytes;
  /** By the oracle's identity key, over the rekey offer's hash. */
  readonly signature: Bytes;
}

/** User → agent. */
export interface RekeyAccept {
  readonly encapsulation: Bytes;
  /** By the key of this call alone, over the new transcript. */
  readonly signature: Bytes;
  readonly tag: Bytes;
}

/** Agent → user. */
export interface RekeyConfirm {
  /** By the oracle's identity key, over the new transcript. */
  readonly signature: Bytes;
  readonly tag: Bytes;
}

/** What a rekey offer binds. */
export interface RekeyBinding {
  /** Of the epoch before; it covers the call, the attempt and every earlier exchange. */
  readonly previousTranscript: Uint8Array;
  /** The epoch that the exchange makes. */
  readonly epoch: number;
  readonly ephemeralPublicKey: Uint8Array;
}

/** What the oracle's identity key signs in a rekey offer. */
export function rekeyOfferHash({ previousTranscript, epoch, ephemeralPublicKey }: RekeyBinding): Bytes {
  return labelledHash('rekey offer', [
    ['previousTranscript', previousTranscript],
    ['epoch', u32Field(epoch)],
    ['ephemeralPublicKey', ephemeralPublicKey],
  ]);
}

/** The transcript of the new epoch. */
export function rekeyTranscriptHash(binding: RekeyBinding & { readonly encapsulation: Uint8Array }): Bytes {
  return labelledHash('rekey transcript', [
    ['previousTranscript', binding.previousTranscript],
    ['epoch', u32Field(binding.epoch)],
    ['ephemeralPublicKey', binding.ephemeralPublicKey],
    ['encapsulation', binding.encapsulation],
  ]);
}

/** @throws {RangeError} for parts of a wrong length */
export function encodeRekeyOffer({ ephemeralPublicKey, signature }: RekeyOffer): Bytes {
  return new ByteWriter().fixed(ephemeralPublicKey, X_WING_PUBLIC_KEY_BYTES).fixed(signature, SIGNATURE_BYTES).finish();
}

/** @throws {OracleCallError} `ERR_HANDSHAKE_MALFORMED` */
export function decodeRekeyOffer(body: Uint8Array): RekeyOffer {
  const reader = new ByteReader(body, 'ERR_HANDSHAKE_MALFORMED');
  const offer = {
    ephemeralPublicKey: reader.fixed(X_WING_PUBLIC_KEY_BYTES),
    signature: reader.fixed(SIGNATURE_BYTES),
  };
  reader.end();
  return offer;
}

/** @throws {RangeError} for parts of a wrong length */
export function encodeRekeyAccept({ encapsulation, signature, tag }: RekeyAccept): Bytes {
  return new ByteWriter()
    .fixed(encapsulation, X_WING_ENCAPSULATION_BYTES)
    .fixed(signature, SIGNATURE_BYTES)
    .fixed(tag, TAG_BYTES)
    .finish();
}

/** @throws {OracleCallError} `ERR_HANDSHAKE_MALFORMED` */
export function decodeRekeyAccept(body: Uint8Array): RekeyAccept {
  const reader = new ByteReader(body, 'ERR_HANDSHAKE_MALFORMED');
  const accept = {
    encapsulation: reader.fixed(X_WING_ENCAPSULATION_BYTES),
    signature: reader.fixed(SIGNATURE_BYTES),
    tag: reader.fixed(TAG_BYTES),
  };
  reader.end();
  return accept;
}

/** @throws {RangeError} for parts of a wrong length */
export function encodeRekeyConfirm({ signature, tag }: RekeyConfirm): Bytes {
  return new ByteWriter().fixed(signature, SIGNATURE_BYTES).fixed(tag, TAG_BYTES).finish();
}

/** @throws {OracleCallError} `ERR_HANDSHAKE_MALFORMED` */
export function decodeRekeyConfirm(body: Uint8Array): RekeyConfirm {
  const reader = new ByteReader(body, 'ERR_HANDSHAKE_MALFORMED');
  const confirm = { signature: reader.fixed(SIGNATURE_BYTES), tag: reader.fixed(TAG_BYTES) };
  reader.end();
  return confirm;
}
