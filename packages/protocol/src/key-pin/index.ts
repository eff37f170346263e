export * from './judge-keys.ts';
export * from './key-pin.ts';
export { type KeyRotation, parseKeyRotation, signKeyRotation } from './key-rotation.ts';
