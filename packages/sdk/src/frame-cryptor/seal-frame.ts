import { joinSealed, splitSealed } from './frame-layout.ts';

const AES_GCM = 'AES-GCM';

export interface SealFrameOptions {
  readonly key: CryptoKey;
  readonly slot: number;
  /** Must never have been used under this key before. */
  readonly nonce: Uint8Array<ArrayBuffer>;
  readonly clearBytes: number;
}

/** The frame sealed, or `undefined` when it is too short to have a front of `clearBytes`. */
export async function sealFrame(frame: ArrayBuffer, options: SealFrameOptions): Promise<ArrayBuffer | undefined> {
  const { key, slot, nonce, clearBytes } = options;
  if (frame.byteLength < clearBytes) return undefined;
  const clear = new Uint8Array(frame, 0, clearBytes);
  const plaintext = new Uint8Array(frame, clearBytes);
  const sealed = await crypto.subtle.encrypt({ name: AES_GCM, iv: nonce, additionalData: clear }, key, plaintext);
  return joinSealed({ clear, ciphertext: new Uint8Array(sealed), nonce, slot });
}

export type OpenedFrame =
  | { readonly kind: 'opened'; readonly data: ArrayBuffer }
  | { readonly kind: 'refused'; readonly reason: 'malformed' | 'no-key' | 'not-authentic' };

/** Opens a sealed frame with the key of the slot that it names. Never throws, whatever the bytes are. */
export async function openFrame(
  frame: ArrayBuffer,
  clearBytes: number,
  keyOf: (slot: number) => CryptoKey | undefined,
): Promise<OpenedFrame> {
  const parts = splitSealed(frame, clearBytes);
  if (parts === undefined) return { kind: 'refused', reason: 'malformed' };
  const key = keyOf(parts.slot);
  if (key === undefined) return { kind: 'refused', reason: 'no-key' };
  const { clear, ciphertext, nonce } = parts;
  try {
    const plaintext = await crypto.subtle.decrypt({ name: AES_GCM, iv: nonce, additionalData: clear }, key, ciphertext);
    const opened = new Uint8Array(clear.length + plaintext.byteLength);
    opened.set(clear);
    opened.set(new Uint8Array(plaintext), clear.length);
    return { kind: 'opened', data: opened.buffer };
  } catch {
    return { kind: 'refused', reason: 'not-authentic' };
  }
}
