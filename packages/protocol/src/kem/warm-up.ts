import { createXWingKeyPair, decapsulateXWing, encapsulateXWing } from './x-wing.ts';

/**
 * Runs one exchange with itself, so that tables are made and code is compiled before the first real one, while the page waits for the
 * network anyway.
 */
export function warmUpKeyExchange(): void {
  const { publicKey, seed } = createXWingKeyPair();
  const { encapsulation, sharedSecret } = encapsulateXWing(publicKey);
  decapsulateXWing(encapsulation, seed).destroy();
  sharedSecret.destroy();
  seed.destroy();
}
