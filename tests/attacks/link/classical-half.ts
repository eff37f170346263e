import { createHash, createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto';

/** Lengths and places in X-Wing's byte strings (draft-connolly-cfrg-xwing-kem, section 5): ML-KEM-768 first, then X25519. */
const ML_KEM_PUBLIC_KEY_BYTES = 1184;
const ML_KEM_ENCAPSULATION_BYTES = 1088;
const LABEL = Buffer.from('5c2e2f2f5e5c', 'hex');
/** DER of a raw X25519 key (RFC 8410) up to its 32 bytes. */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');
const PUBLIC_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');

interface Kem {
  keygen(seed: Uint8Array): { publicKey: Uint8Array; secretKey: Uint8Array };
  encapsulate(publicKey: Uint8Array, random: Uint8Array): { cipherText: Uint8Array; sharedSecret: Uint8Array };
  decapsulate(cipherText: Uint8Array, seed: Uint8Array): Uint8Array;
}

/** The X25519 private key in a seed: what a quantum computer finds from the public key. */
export function classicalKeyOf(seed: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('shake256', { outputLength: 96 }).update(seed).digest().subarray(64));
}

/** X-Wing's secret for whoever knows the X25519 half, and of the ML-KEM half nothing: its secret is taken to be zero. */
export function secretByClassicalKey(
  privateKey: Uint8Array,
  encapsulation: Uint8Array,
  publicKey: Uint8Array,
): Uint8Array {
  const encapsulated = encapsulation.subarray(ML_KEM_ENCAPSULATION_BYTES);
  return combine(x25519(privateKey, encapsulated), encapsulated, publicKey.subarray(ML_KEM_PUBLIC_KEY_BYTES));
}

/** The same KEM with a constant in the place of ML-KEM's secret: twins load it. */
export function withoutMlKem(whole: Kem): Kem {
  return {
    keygen: (seed) => whole.keygen(seed),
    encapsulate(publicKey, random) {
      const { cipherText } = whole.encapsulate(publicKey, random);
      // The second half of the random bytes is the ephemeral X25519 key (section 5.4).
      const classicalPublicKey = publicKey.subarray(ML_KEM_PUBLIC_KEY_BYTES);
      const shared = x25519(random.subarray(32), classicalPublicKey);
      const sharedSecret = combine(shared, cipherText.subarray(ML_KEM_ENCAPSULATION_BYTES), classicalPublicKey);
      return { cipherText, sharedSecret };
    },
    decapsulate: (cipherText, seed) =>
      secretByClassicalKey(classicalKeyOf(seed), cipherText, whole.keygen(seed).publicKey),
  };
}

function combine(shared: Uint8Array, encapsulated: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const hash = createHash('sha3-256').update(new Uint8Array(32));
  return new Uint8Array(hash.update(shared).update(encapsulated).update(publicKey).update(LABEL).digest());
}

function x25519(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const own = createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, privateKey]), format: 'der', type: 'pkcs8' });
  const other = createPublicKey({ key: Buffer.concat([PUBLIC_PREFIX, publicKey]), format: 'der', type: 'spki' });
  return new Uint8Array(diffieHellman({ privateKey: own, publicKey: other }));
}
