/*
 * A sealed frame, as LiveKit's clients write it:
 *
 *   clear bytes | AES-128-GCM ciphertext and tag | nonce (12) | length of the nonce (1) | key slot (1)
 *
 * The clear bytes are the associated data. Nothing in a frame can say that it is not sealed.
 */

export const NONCE_BYTES = 12;
/** AES-GCM's tag (NIST SP 800-38D, 128 bits). */
export const TAG_BYTES = 16;
/** Length of the nonce, and the slot. */
const TRAILER_BYTES = 2;
/** LiveKit's key ring: a slot is 0 to 15. */
export const KEY_SLOTS = 16;

/** What a frame carries; the platform's `track.kind` says it, never signalling. */
export type Medium = 'audio' | 'video';

/** The parts of WebRTC's encoded frames (W3C webrtc-encoded-transform) that are used here. */
export interface EncodedFrame {
  data: ArrayBuffer;
  /** Video only. */
  readonly type?: 'key' | 'delta' | 'empty' | undefined;
  getMetadata(): { readonly mimeType?: string | undefined };
}

/** Opus's TOC byte (RFC 6716, section 3.1) stays readable. */
const AUDIO_CLEAR_BYTES = 1;
/** VP8's frame header (RFC 6386, section 9.1) stays readable: SFUs look for key frames there. */
const VP8_CLEAR_BYTES = { key: 10, delta: 3 } as const;

/**
 * How many bytes at the front of a frame stay readable, or `undefined` when this codec cannot be sealed. A browser that does not say
 * which codec made a frame gets the layout of the one that we publish: at worst a frame is dropped at the other end.
 */
export function clearBytesOf(medium: Medium, frame: EncodedFrame): number | undefined {
  const codec = frame.getMetadata().mimeType?.toLowerCase();
  if (medium === 'audio') return codec === undefined || codec === 'audio/opus' ? AUDIO_CLEAR_BYTES : undefined;
  if (codec !== undefined && codec !== 'video/vp8') return undefined;
  return frame.type === 'key' || frame.type === 'delta' ? VP8_CLEAR_BYTES[frame.type] : undefined;
}

/** A sealed frame taken apart, without copies. */
export interface SealedParts {
  readonly clear: Uint8Array<ArrayBuffer>;
  readonly ciphertext: Uint8Array<ArrayBuffer>;
  readonly nonce: Uint8Array<ArrayBuffer>;
  readonly slot: number;
}

/** Takes a sealed frame apart, or `undefined` when it is none. */
export function splitSealed(frame: ArrayBuffer, clearBytes: number): SealedParts | undefined {
  const nonceStart = frame.byteLength - TRAILER_BYTES - NONCE_BYTES;
  if (nonceStart < clearBytes + TAG_BYTES) return undefined;
  const [nonceBytes, slot] = new Uint8Array(frame, frame.byteLength - TRAILER_BYTES);
  if (nonceBytes !== NONCE_BYTES || slot === undefined || slot >= KEY_SLOTS) return undefined;
  return {
    clear: new Uint8Array(frame, 0, clearBytes),
    ciphertext: new Uint8Array(frame, clearBytes, nonceStart - clearBytes),
    nonce: new Uint8Array(frame, nonceStart, NONCE_BYTES),
    slot,
  };
}

/** Puts a sealed frame together. */
export function joinSealed({ clear, ciphertext, nonce, slot }: SealedParts): ArrayBuffer {
  const frame = new Uint8Array(clear.length + ciphertext.length + NONCE_BYTES + TRAILER_BYTES);
  frame.set(clear);
  frame.set(ciphertext, clear.length);
  frame.set(nonce, clear.length + ciphertext.length);
  frame.set([NONCE_BYTES, slot], frame.length - TRAILER_BYTES);
  return frame.buffer;
}
