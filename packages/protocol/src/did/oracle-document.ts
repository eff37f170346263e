import type { DIDDocument } from 'did-resolver';
import { parsePublicKey } from '../envelope/secp256k1-key.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import type { Did } from './did.ts';
import { multikeyOf } from './did-key.ts';
import {
  BACKEND_SERVICE_TYPE,
  MATRIX_SERVICE_TYPE,
  checkBackendUrl,
  isMatrixUserId,
  matrixUriOf,
} from './document-services.ts';

export interface OracleDocumentOptions {
  readonly did: Did;
  /** secp256k1, 33 or 65 bytes. */
  readonly publicKey: Uint8Array;
  readonly matrixUserId: string;
  readonly backendUrl: string;
}

/**
 * The DID document of an oracle: one secp256k1 key for key agreement, its Matrix account and its backend.
 *
 * @throws {OracleCallError} `ERR_DID_DOCUMENT` when nobody could use the result, `ERR_ENVELOPE_UNSUPPORTED` for a bad key
 */
export function buildOracleDidDocument({
  did,
  publicKey,
  matrixUserId,
  backendUrl,
}: OracleDocumentOptions): DIDDocument {
  if (!isMatrixUserId(matrixUserId)) throw new OracleCallError('ERR_DID_DOCUMENT', 'This is not a Matrix user id.');
  // Who may use a private address is the reader's decision.
  const backend = checkBackendUrl(backendUrl, { allowPrivateAddresses: true });
  if ('problem' in backend) throw new OracleCallError('ERR_DID_DOCUMENT', `The backend's address: ${backend.problem}.`);
  const keyId = `${did}#envelope`;
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: did,
    verificationMethod: [
      {
        id: keyId,
        type: 'Multikey',
        controller: did,
        publicKeyMultibase: multikeyOf('secp256k1', parsePublicKey(publicKey)),
      },
    ],
    keyAgreement: [keyId],
    service: [
      { id: `${did}#matrix`, type: MATRIX_SERVICE_TYPE, serviceEndpoint: matrixUriOf(matrixUserId) },
      { id: `${did}#calls`, type: BACKEND_SERVICE_TYPE, serviceEndpoint: backend.url },
    ],
  };
}
