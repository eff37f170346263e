import type { SecretBytes } from '../secret-bytes.ts';
import type { SealedKey } from './envelope-format.ts';
import type { EnvelopeSuite } from './suites.ts';

/** How a suite seals a call key, bound to the hash of its context. */
export interface SealingSuite {
  /** @throws {OracleCallError} `ERR_ENVELOPE_UNSUPPORTED` when nothing can be sealed to the recipient's key */
  seal(callKey: SecretBytes, recipientPublicKey: Uint8Array, contextHash: Uint8Array): Promise<SealedKey>;
  /** The call key; `undefined` when it does not open, whatever the cause. */
  tryOpen(sealed: SealedKey, privateKey: SecretBytes, contextHash: Uint8Array): Promise<SecretBytes | undefined>;
}

/** Suites are loaded when needed: each brings a library that half of the calls never use. */
export async function loadSuite(suite: EnvelopeSuite): Promise<SealingSuite> {
  switch (suite) {
    case 'hpke-x25519':
      return (await import('./hpke-suite.ts')).hpkeSuite;
    case 'ecies-secp256k1':
      return (await import('./ecies-suite.ts')).eciesSuite;
  }
}
