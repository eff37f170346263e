import { areBytesEqual } from '../byte-layout/byte-strings.ts';
import type { OracleKeys } from '../did/call-keys.ts';
import type { OracleKey } from '../envelope/oracle-key-file.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import type { SecretBytes } from '../secret-bytes.ts';
import type { CallSigner } from '../signing/call-signer.ts';
import { createRawKeySigner } from '../signing/raw-key-signer.ts';
import { envelopePublicKeyOf } from './open.ts';

/** An oracle's keys with their private halves: what the agent answers calls with. */
export interface OwnOracleKeys extends OracleKeys {
  readonly envelopePrivateKey: SecretBytes;
  /** Signs the oracle's half of the handshake and rotations of keys. */
  readonly identitySigner: CallSigner;
}

const notOurs = (which: string): OracleCallError =>
  new OracleCallError(
    'ERR_DID_DOCUMENT',
    `The key file does not hold the ${which} key that the oracle's DID document offers.`,
  );

/**
 * Finds in the key file the private halves of what the oracle's own document offers. The agent does so when it starts, so that
 * a document and a file that have drifted apart show at once and not as calls that fail. The secrets stay the file's: they are
 * not copied.
 *
 * @throws {OracleCallError} `ERR_DID_DOCUMENT` when the file lacks one of them
 */
export function ownOracleKeys(file: OracleKey, offered: OracleKeys): OwnOracleKeys {
  const { did, envelopeKey, identityKey } = offered;
  if (file.did !== did) throw new OracleCallError('ERR_DID_DOCUMENT', 'The key file is of another DID.');
  const envelopePrivateKey = envelopeKey.suite === 'hpke-x25519' ? file.envelopePrivateKey : file.privateKey;
  const identityPrivateKey = identityKey.algorithm === 'Ed25519' ? file.identityPrivateKey : file.privateKey;
  if (
    envelopePrivateKey === undefined ||
    !areBytesEqual(envelopePublicKeyOf(envelopeKey.suite, envelopePrivateKey), envelopeKey.publicKey)
  ) {
    throw notOurs('envelope');
  }
  if (identityPrivateKey === undefined) throw notOurs('identity');
  const identitySigner = createRawKeySigner({
    algorithm: identityKey.algorithm,
    privateKey: identityPrivateKey,
    name: { did, methodId: identityKey.methodId },
  });
  if (!areBytesEqual(identitySigner.publicKey, identityKey.publicKey)) throw notOurs('identity');
  return { ...offered, envelopePrivateKey, identitySigner };
}
