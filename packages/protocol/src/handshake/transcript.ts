import type { CallHearing } from '../hearing/call-hearing.ts';
import { encodeHearing } from '../hearing/hearing-layout.ts';
import { labelledHash, textField, u32Field, type HashFields } from '../key-schedule/labelled-hash.ts';

/** What both ends must know to be the same before a word is said: where the envelope was accepted, and for which call. */
export interface CallBinding {
  /** SHA-256 of the envelope's context: DIDs, Matrix ids, keys, times, the commitment to the user's nonce. 32 bytes. */
  readonly contextHash: Uint8Array;
  /** The user's signature in the envelope. */
  readonly envelopeSignature: Uint8Array;
  readonly callId: string;
}

/** What the offer adds. */
export interface OfferBinding extends CallBinding {
  readonly attempt: number;
  /** Identities of the two participants of the SFU room. */
  readonly userIdentity: string;
  readonly agentIdentity: string;
  /** Who hears the call. */
  readonly hearing: CallHearing;
  readonly agentCommitment: Uint8Array;
  readonly ephemeralPublicKey: Uint8Array;
}

/** What the accept adds. */
export interface TranscriptBinding extends OfferBinding {
  readonly encapsulation: Uint8Array;
  readonly userNonce: Uint8Array;
}

/** What an end is made with has lengths that the layouts fix: anything else is misuse. @throws {RangeError} */
export function checkLengths(lengths: readonly (readonly [name: string, actual: number, expected: number])[]): void {
  for (const [name, actual, expected] of lengths) {
    if (actual !== expected) throw new RangeError(`${name}: ${expected} bytes expected, not ${actual}.`);
  }
}

/** The fields of an offer's hash, in their order. The models in `formal/` have the same. */
export const offerFields = (offer: OfferBinding): HashFields => [
  ['contextHash', offer.contextHash],
  ['envelopeSignature', offer.envelopeSignature],
  ['callId', textField(offer.callId)],
  ['attempt', u32Field(offer.attempt)],
  ['userIdentity', textField(offer.userIdentity)],
  ['agentIdentity', textField(offer.agentIdentity)],
  ['hearing', encodeHearing(offer.hearing)],
  ['agentCommitment', offer.agentCommitment],
  ['ephemeralPublicKey', offer.ephemeralPublicKey],
];

/** The fields of the transcript, in their order. */
export const transcriptFields = (binding: TranscriptBinding): HashFields => [
  ...offerFields(binding),
  ['encapsulation', binding.encapsulation],
  ['userNonce', binding.userNonce],
];

/** What the oracle's identity key signs in an offer. */
export function offerHash(offer: OfferBinding): Uint8Array<ArrayBuffer> {
  return labelledHash('offer', offerFields(offer));
}

/** All that both ends said: what the accept and the confirm sign, and what the keys are made from. */
export function transcriptHash(binding: TranscriptBinding): Uint8Array<ArrayBuffer> {
  return labelledHash('transcript', transcriptFields(binding));
}
