export * from './ecies-envelope.ts';
export * from './oracle-key-file.ts';
export * from './secp256k1-key.ts';
export * from './x25519-key.ts';
