import type { ComparisonCode } from '@oracle-calls/protocol/comparison-code';
import type { DataPayload } from '@oracle-calls/protocol/data-frame';

/** What a link tells about the key exchange with the user, and what the user sends. */
export type LinkNotice =
  /** Both ends are who they should be, the keys are in place: the user may be admitted. */
  | { readonly kind: 'confirmed' }
  /** The user has proven to have the keys, or should have long since. */
  | { readonly kind: 'peer-ready' }
  /** The other end does not answer: a new attempt is the way on. */
  | { readonly kind: 'stalled' }
  | { readonly kind: 'payload'; readonly payload: DataPayload }
  /** The keys can be neither used nor replaced. */
  | { readonly kind: 'failed'; readonly code: string };

/** One call's key exchange and data, in whatever protocol the user speaks. */
export interface CallLink extends Disposable {
  readonly protocol: 'strict' | 'older';
  /** A handshake of this call was confirmed at some time. Never true of the older protocol, which has none. */
  readonly wasConfirmed: boolean;
  /** Somebody who knows the call key answered, and is not who signed the call. */
  readonly isForged: boolean;
  /** The comparison code of the attempt that is confirmed now. */
  readonly comparisonCode: ComparisonCode | undefined;
  /** Begins an attempt with the user, who is in the room. */
  begin(): void;
  /** The own connection was mended: time for other keys. */
  rekey(): void;
  /** A frame from the room; `participantIdentity` is who sent it, as the SFU says. */
  receive(frame: Uint8Array, participantIdentity: string | undefined): void;
  /** Sends to the user alone; where there is no way to, the payload is dropped. */
  send(payload: DataPayload): void;
}
