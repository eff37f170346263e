export * from './call-signer.ts';
export { createKeyPairSigner, type SignerName } from './key-pair-signer.ts';
export * from './raw-key-signer.ts';
export * from './signing-key.ts';
export * from './verify-signature.ts';
