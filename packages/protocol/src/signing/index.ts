export * from './call-signer.ts';
export * from './ed25519.ts';
export * from './es256k.ts';
export { createKeyPairSigner, type SignerName } from './key-pair-signer.ts';
export * from './raw-key-signer.ts';
export * from './signed-hash.ts';
export * from './signer.ts';
export * from './signing-key.ts';
export * from './verify-signature.ts';
