import { areBytesEqual, concatBytes } from '../byte-layout/byte-strings.ts';
import { sealWithEcies, tryOpenWithEcies } from '../envelope/ecies.ts';
import { CALL_KEY_BYTES } from '../call-key/call-key.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { HASH_BYTES } from './context.ts';
import type { SealedKey } from './envelope-format.ts';
import type { SealingSuite } from './sealing-suite.ts';
import { SUITE_TABLE } from './suites.ts';

const { encapsulatedKeyBytes } = SUITE_TABLE['ecies-secp256k1'];

function openNow(
  { encapsulatedKey, ciphertext }: SealedKey,
  privateKey: SecretBytes,
  contextHash: Uint8Array,
): SecretBytes | undefined {
  const opened = tryOpenWithEcies(privateKey, concatBytes(encapsulatedKey, ciphertext));
  if (opened === undefined) return undefined;
  try {
    // ECIES authenticates no associated data: the context stands inside.
    const isOurs =
      opened.length === CALL_KEY_BYTES + HASH_BYTES && areBytesEqual(opened.subarray(CALL_KEY_BYTES), contextHash);
    return isOurs ? new SecretBytes(opened.subarray(0, CALL_KEY_BYTES), 'call key') : undefined;
  } finally {
    opened.fill(0);
  }
}

/** ECIES over secp256k1; what is sealed is the call key and the hash of its context. */
export const eciesSuite: SealingSuite = {
  seal: (callKey, recipientPublicKey, contextHash) =>
    new Promise((resolve) => {
      const plaintext = concatBytes(callKey.expose(), contextHash);
      try {
        const sealed = sealWithEcies(recipientPublicKey, plaintext);
        resolve({
          encapsulatedKey: sealed.slice(0, encapsulatedKeyBytes),
          ciphertext: sealed.slice(encapsulatedKeyBytes),
        });
      } finally {
        plaintext.fill(0);
      }
    }),
  tryOpen: (sealed, privateKey, contextHash) =>
    new Promise((resolve) => {
      resolve(openNow(sealed, privateKey, contextHash));
    }),
};
