import { ByteReader } from '../byte-layout/byte-reader.ts';
import { ByteWriter } from '../byte-layout/byte-writer.ts';
import { COMPARISON_NONCE_BYTES } from '../comparison-code/comparison-code.ts';
import type { CallHearing } from '../hearing/call-hearing.ts';
import { decodeHearing, encodeHearing, HEARING_MAX_BYTES } from '../hearing/hearing-layout.ts';
import { X_WING_ENCAPSULATION_BYTES, X_WING_PUBLIC_KEY_BYTES } from '../kem/x-wing.ts';
import { TAG_BYTES } from '../key-schedule/key-schedule.ts';
import { HASH_BYTES } from '../key-schedule/labelled-hash.ts';
import { SIGNATURE_BYTES } from '../signing/signing-key.ts';

/** Longest identity of a participant in the SFU room, in bytes of UTF-8; ours are random and far shorter. */
export const IDENTITY_MAX_BYTES = 128;

type Bytes = Uint8Array<ArrayBuffer>;

/** Agent → user: the start of an attempt. */
export interface Offer {
  readonly userIdentity: string;
  readonly agentIdentity: string;
  /** Who hears the call: the user knows before anything of it is captured. */
  readonly hearing: CallHearing;
  /** Commitment to the agent's nonce of the comparison code. */
  readonly agentCommitment: Bytes;
  /** X-Wing, for this attempt alone. */
  readonly ephemeralPublicKey: Bytes;
  /** By the oracle's identity key, over the offer's hash. */
  readonly signature: Bytes;
}

/** User → agent. */
export interface Accept {
  readonly encapsulation: Bytes;
  /** Opens the commitment of the envelope's context. */
  readonly userNonce: Bytes;
  /** By the key of this call alone, over the transcript. */
  readonly signature: Bytes;
  readonly tag: Bytes;
}

/** Agent → user: the end of an attempt. */
export interface Confirm {
  /** Opens the commitment of the offer. */
  readonly agentNonce: Bytes;
  /** By the oracle's identity key, over the transcript. */
  readonly signature: Bytes;
  readonly tag: Bytes;
}

/**
 * @throws {RangeError} for parts of a wrong length
 * @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED` for a declaration that nobody would take
 */
export function encodeOffer(offer: Offer): Bytes {
  return new ByteWriter()
    .text(offer.userIdentity)
    .text(offer.agentIdentity)
    .sized(encodeHearing(offer.hearing))
    .fixed(offer.agentCommitment, HASH_BYTES)
    .fixed(offer.ephemeralPublicKey, X_WING_PUBLIC_KEY_BYTES)
    .fixed(offer.signature, SIGNATURE_BYTES)
    .finish();
}

/** @throws {OracleCallError} `ERR_HANDSHAKE_MALFORMED` */
export function decodeOffer(body: Uint8Array): Offer {
  const reader = new ByteReader(body, 'ERR_HANDSHAKE_MALFORMED');
  const offer: Offer = {
    userIdentity: reader.filledText(IDENTITY_MAX_BYTES),
    agentIdentity: reader.filledText(IDENTITY_MAX_BYTES),
    hearing: decodeHearing(reader.sized(HEARING_MAX_BYTES), 'ERR_HANDSHAKE_MALFORMED'),
    agentCommitment: reader.fixed(HASH_BYTES),
    ephemeralPublicKey: reader.fixed(X_WING_PUBLIC_KEY_BYTES),
    signature: reader.fixed(SIGNATURE_BYTES),
  };
  reader.end();
  return offer;
}

/** @throws {RangeError} for parts of a wrong length */
export function encodeAccept(accept: Accept): Bytes {
  return new ByteWriter()
    .fixed(accept.encapsulation, X_WING_ENCAPSULATION_BYTES)
    .fixed(accept.userNonce, COMPARISON_NONCE_BYTES)
    .fixed(accept.signature, SIGNATURE_BYTES)
    .fixed(accept.tag, TAG_BYTES)
    .finish();
}

/** @throws {OracleCallError} `ERR_HANDSHAKE_MALFORMED` */
export function decodeAccept(body: Uint8Array): Accept {
  const reader = new ByteReader(body, 'ERR_HANDSHAKE_MALFORMED');
  const accept: Accept = {
    encapsulation: reader.fixed(X_WING_ENCAPSULATION_BYTES),
    userNonce: reader.fixed(COMPARISON_NONCE_BYTES),
    signature: reader.fixed(SIGNATURE_BYTES),
    tag: reader.fixed(TAG_BYTES),
  };
  reader.end();
  return accept;
}

/** @throws {RangeError} for parts of a wrong length */
export function encodeConfirm(confirm: Confirm): Bytes {
  return new ByteWriter()
    .fixed(confirm.agentNonce, COMPARISON_NONCE_BYTES)
    .fixed(confirm.signature, SIGNATURE_BYTES)
    .fixed(confirm.tag, TAG_BYTES)
    .finish();
}

/** @throws {OracleCallError} `ERR_HANDSHAKE_MALFORMED` */
export function decodeConfirm(body: Uint8Array): Confirm {
  const reader = new ByteReader(body, 'ERR_HANDSHAKE_MALFORMED');
  const confirm: Confirm = {
    agentNonce: reader.fixed(COMPARISON_NONCE_BYTES),
    signature: reader.fixed(SIGNATURE_BYTES),
    tag: reader.fixed(TAG_BYTES),
  };
  reader.end();
  return confirm;
}
