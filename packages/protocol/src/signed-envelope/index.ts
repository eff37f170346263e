export {
  bindKey,
  CALL_PUBLIC_KEY_BYTES,
  commitToNonce,
  type EnvelopeContext,
  HASH_BYTES,
  type KeyBinding,
  VALIDITY_MAX_MS,
} from './context.ts';
export { CONTEXT_VERSION, decodeContext, encodeContext, hashContext } from './context-encoding.ts';
export {
  isSignedEnvelope,
  messageToSign,
  parseSignedEnvelope,
  type SealedKey,
  SIGNED_ENVELOPE_MARKER,
  SIGNED_ENVELOPE_MAX_BYTES,
  type SignedEnvelope,
  formatSignedEnvelope,
} from './envelope-format.ts';
export * from './open.ts';
export * from './own-keys.ts';
export * from './seal.ts';
export * from './suites.ts';
export * from './verify.ts';
