import { SecretBytes, type Did } from '@oracle-calls/protocol';
import { buildOracleDidDocument, readOracleKeys } from '@oracle-calls/protocol/did';
import {
  createOracleKeyPair,
  createX25519KeyPair,
  encodeOracleKeyFile,
  parseOracleKeyFile,
} from '@oracle-calls/protocol/envelope';
import { ownOracleKeys, type OwnOracleKeys } from '@oracle-calls/protocol/signed-envelope';
import { signingPublicKeyOf } from '@oracle-calls/protocol/signing';

export interface OracleParts {
  readonly did: Did;
  readonly matrixUserId: string;
  readonly keys: OwnOracleKeys;
  /** secp256k1: receives the older protocol. */
  readonly olderPublicKey: Uint8Array;
  /** The text of `oracle.key.json`. */
  readonly keyFile: string;
  /** The text of its DID document. */
  readonly document: string;
}

export interface OracleNames {
  readonly did: Did;
  readonly matrixUserId: string;
  readonly backendUrl: string;
}

/** An oracle with an X25519 envelope key and an Ed25519 identity key, as the strict protocol wants it. */
export function createOracleParts({ did, matrixUserId, backendUrl }: OracleNames): OracleParts {
  const older = createOracleKeyPair();
  const envelope = createX25519KeyPair();
  const identityPrivateKey = SecretBytes.random(32, 'oracle identity key');
  const document = buildOracleDidDocument({
    did,
    publicKey: older.publicKey,
    envelopePublicKey: envelope.publicKey,
    identityPublicKey: signingPublicKeyOf('Ed25519', identityPrivateKey),
    matrixUserId,
    backendUrl,
  });
  const keyFile = encodeOracleKeyFile(did, older.privateKey, {
    envelopePrivateKey: envelope.privateKey,
    identityPrivateKey,
  });
  const keys = ownOracleKeys(parseOracleKeyFile(keyFile), readOracleKeys(document));
  return { did, matrixUserId, keys, olderPublicKey: older.publicKey, keyFile, document: JSON.stringify(document) };
}
