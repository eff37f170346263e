import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { OracleCallError, toOracleCallError } from '../errors/oracle-call-error.ts';
import { readFrameHeader, type FrameHeader, type FrameKind } from '../frame/frame-header.ts';

/** A message of the key exchange from outside, before it was opened. */
export interface ClaimedFrame<K extends FrameKind = FrameKind> extends FrameHeader {
  readonly kind: K;
  /** A copy of our own: the bytes cannot change while they are checked. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** SHA-256 of the bytes in hex. */
  readonly digest: string;
}

/**
 * Reads the header of a frame that may only be of some kinds.
 *
 * @throws {OracleCallError} `ERR_HANDSHAKE_ORDER` for another kind, and what {@link readFrameHeader} throws
 */
export function claimFrame<K extends FrameKind>(frame: Uint8Array, kinds: readonly K[]): ClaimedFrame<K> {
  const header = readFrameHeader(frame);
  const kind = kinds.find((one) => one === header.kind);
  // A side's own messages, played back to it, end here: each side takes only the other's kinds.
  if (kind === undefined) throw new OracleCallError('ERR_HANDSHAKE_ORDER');
  const bytes = new Uint8Array(frame);
  return { ...header, kind, bytes, digest: bytesToHex(sha256(bytes)) };
}

/** The outcome of a message that changed nothing. */
export interface RefusedOutcome {
  readonly kind: 'refused';
  readonly error: OracleCallError;
}

/** Turns whatever was thrown into a refusal; what is not ours is a bug here and says so. */
export function refusedBy(cause: unknown): RefusedOutcome {
  return { kind: 'refused', error: toOracleCallError(cause) };
}
