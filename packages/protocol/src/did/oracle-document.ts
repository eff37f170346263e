import type { DIDDocument, VerificationMethod } from 'did-resolver';
import { parsePublicKey } from '../envelope/secp256k1-key.ts';
import { parseX25519PublicKey } from '../envelope/x25519-key.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { parseSigningPublicKey } from '../signing/signing-key.ts';
import type { Did } from './did.ts';
import { multikeyOf } from './did-key.ts';
import {
  BACKEND_SERVICE_TYPE,
  KEY_ROTATIONS_MAX,
  MATRIX_SERVICE_TYPE,
  checkBackendUrl,
  isMatrixUserId,
  keyRotationServiceOf,
  matrixUriOf,
} from './document-services.ts';
import type { Curve } from './multicodec.ts';

export interface OracleDocumentOptions {
  readonly did: Did;
  /** secp256k1, 33 or 65 bytes: for callers of the older protocol, and for the ECIES suite when there is no X25519 key. */
  readonly publicKey?: Uint8Array | undefined;
  /** X25519, 32 bytes: the envelope key of signed calls. */
  readonly envelopePublicKey?: Uint8Array | undefined;
  /** Ed25519, 32 bytes: the identity key, which signs handshakes and rotations. */
  readonly identityPublicKey?: Uint8Array | undefined;
  readonly matrixUserId: string;
  readonly backendUrl: string;
  /** Signed rotations of keys to publish, by `signKeyRotation`: the latest, at most `KEY_ROTATIONS_MAX`. */
  readonly keyRotations?: readonly string[] | undefined;
}

/** Names of the verification methods in a document that we build. */
const METHOD_NAMES = { secp256k1: 'envelope', x25519: 'envelope-x25519', ed25519: 'identity' } as const;

/**
 * The DID document of an oracle: its keys that receive and the one that signs, its Matrix account and its backend. With both an
 * X25519 and an Ed25519 key, the keys of signed calls are independent.
 *
 * @throws {OracleCallError} `ERR_DID_DOCUMENT` when nobody could use the result, `ERR_ENVELOPE_UNSUPPORTED` for a bad key or none
 */
export function buildOracleDidDocument(options: OracleDocumentOptions): DIDDocument {
  const { did, publicKey, envelopePublicKey, identityPublicKey, matrixUserId, backendUrl, keyRotations = [] } = options;
  if (!isMatrixUserId(matrixUserId)) throw new OracleCallError('ERR_DID_DOCUMENT', 'This is not a Matrix user id.');
  // Who may use a private address is the reader's decision.
  const backend = checkBackendUrl(backendUrl, { allowPrivateAddresses: true });
  if ('problem' in backend) throw new OracleCallError('ERR_DID_DOCUMENT', `The backend's address: ${backend.problem}.`);
  if (envelopePublicKey !== undefined && identityPublicKey === undefined) {
    throw new OracleCallError(
      'ERR_DID_DOCUMENT',
      'An X25519 envelope key needs an identity key, since it cannot sign.',
    );
  }
  if (keyRotations.length > KEY_ROTATIONS_MAX) {
    throw new OracleCallError('ERR_DID_DOCUMENT', `At most ${KEY_ROTATIONS_MAX} rotations of keys are read.`);
  }
  const method = (curve: Curve, key: Uint8Array): VerificationMethod => ({
    id: `${did}#${METHOD_NAMES[curve]}`,
    type: 'Multikey',
    controller: did,
    publicKeyMultibase: multikeyOf(curve, key),
  });
  const receiving = [
    ...(envelopePublicKey === undefined ? [] : [method('x25519', parseX25519PublicKey(envelopePublicKey))]),
    ...(publicKey === undefined ? [] : [method('secp256k1', parsePublicKey(publicKey))]),
  ];
  if (receiving.length === 0) throw new OracleCallError('ERR_ENVELOPE_UNSUPPORTED');
  const signing =
    identityPublicKey === undefined ? [] : [method('ed25519', parseSigningPublicKey('Ed25519', identityPublicKey))];
  const signingIds = signing.map(({ id }) => id);
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: did,
    verificationMethod: [...receiving, ...signing],
    ...(signing.length === 0 ? {} : { assertionMethod: signingIds, authentication: signingIds }),
    keyAgreement: receiving.map(({ id }) => id),
    service: [
      { id: `${did}#matrix`, type: MATRIX_SERVICE_TYPE, serviceEndpoint: matrixUriOf(matrixUserId) },
      { id: `${did}#calls`, type: BACKEND_SERVICE_TYPE, serviceEndpoint: backend.url },
      ...keyRotations.map((statement, index) => keyRotationServiceOf(did, index + 1, statement)),
    ],
  };
}
