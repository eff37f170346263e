import { ByteReader } from '../byte-layout/byte-reader.ts';
import { ByteWriter } from '../byte-layout/byte-writer.ts';
import { X_WING_ENCAPSULATION_BYTES, X_WING_PUBLIC_KEY_BYTES } from '../kem/x-wing.ts';
import { TAG_BYTES } from '../key-schedule/key-schedule.ts';
import { labelledHash, u32Field, type HashFields } from '../key-schedule/labelled-hash.ts';
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

/** What a rekey's transcript binds. */
export interface RekeyTranscriptBinding extends RekeyBinding {
  readonly encapsulation: Uint8Array;
}

/** The fields of a rekey offer's hash, in their order. The models in `formal/` have the same. */
export const rekeyOfferFields = ({ previousTranscript, epoch, ephemeralPublicKey }: RekeyBinding): HashFields => [
  ['previousTranscript', previousTranscript],
  ['epoch', u32Field(epoch)],
  ['ephemeralPublicKey', ephemeralPublicKey],
];

/** The fields of a rekey's transcript, in their order. */
export const rekeyTranscriptFields = (binding: RekeyTranscriptBinding): HashFields => [
  ...rekeyOfferFields(binding),
  ['encapsulation', binding.encapsulation],
];

/** What the oracle's identity key signs in a rekey offer. */
export function rekeyOfferHash(binding: RekeyBinding): Bytes {
  return labelledHash('rekey offer', rekeyOfferFields(binding));
}

/** The transcript of the new epoch. */
export function rekeyTranscriptHash(binding: RekeyTranscriptBinding): Bytes {
  return labelledHash('rekey transcript', rekeyTranscriptFields(binding));
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
