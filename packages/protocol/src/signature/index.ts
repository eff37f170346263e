export * from './ed25519.ts';
export * from './es256k.ts';
export * from './signature-port.ts';
export * from './signed-hash.ts';
