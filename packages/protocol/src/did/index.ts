export type { Resolvable } from 'did-resolver';
export * from './address-policy.ts';
export * from './call-keys.ts';
export * from './did.ts';
export * from './did-key.ts';
export * from './did-resolver.ts';
export { didWebUrl } from './did-web.ts';
export { type DocumentKey, pickEnvelopeKey } from './document-keys.ts';
export {
  BACKEND_SERVICE_TYPE,
  KEY_ROTATION_SERVICE_TYPE,
  KEY_ROTATIONS_MAX,
  MATRIX_SERVICE_TYPE,
  isMatrixUserId,
  keyRotationServiceOf,
  matrixUriOf,
  readKeyRotations,
  tryReadMatrixUri,
} from './document-services.ts';
export { DID_DOCUMENT_MAX_BYTES, type FetchDocument } from './fetch-document.ts';
export * from './oracle-document.ts';
export { resolveDocument, type ResolveOptions } from './resolve-document.ts';
export * from './resolve-oracle.ts';
