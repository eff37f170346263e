import { SecretBytes } from '../secret-bytes.ts';

/** Length of the per-call key, in bytes. */
export const CALL_KEY_BYTES = 32;

/** A fresh per-call key from the platform's CSPRNG. */
export function createCallKey(): SecretBytes {
  return SecretBytes.random(CALL_KEY_BYTES, 'call key');
}
