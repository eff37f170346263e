import type { SecretBytes } from '../secret-bytes.ts';

/**
 * Where the media keys of a call go: the browser's frame cryptor, the native binding. A slot is LiveKit's key index, 0 to 15. Each key
 * is copied by the time the promise resolves; the caller wipes its own. All reject with `OracleCallError`, and then the call cannot go on.
 */
export interface FrameKeys {
  /** Opens frames of this participant that name this slot. A participant without a key is silent. */
  installReceiving(participantIdentity: string, slot: number, key: SecretBytes): Promise<void>;
  /** Seals what this side sends under this key from the next frame on, and names this slot. Without a key nothing leaves. */
  switchSending(slot: number, key: SecretBytes): Promise<void>;
  /** Overwrites a slot in both directions: what still names it is dropped. */
  retire(slot: number): Promise<void>;
}
