import { type Did, SecretBytes } from '@oracle-calls/protocol';
import type { OracleDocumentOptions } from '@oracle-calls/protocol/did';
import { createOracleKeyPair, createX25519KeyPair, encodeOracleKeyFile } from '@oracle-calls/protocol/envelope';
import { signingPublicKeyOf } from '@oracle-calls/protocol/signing';

/** Length of an Ed25519 private key (the seed of RFC 8032, section 5.1.5), in bytes. */
const IDENTITY_KEY_BYTES = 32;

export interface FreshOracleKeys {
  /** What a DID document shows of them. */
  readonly shown: Pick<OracleDocumentOptions, 'publicKey' | 'envelopePublicKey' | 'identityPublicKey'>;
  /** The text of the key file: the secret itself. */
  readonly keyFile: string;
}

/** Fresh keys of an oracle: independent ones, or one for everything. With `identityPrivateKey`, which stays the caller's, the one that signs is kept. */
export function makeOracleKeys(did: Did, isIndependent: boolean, identityPrivateKey?: SecretBytes): FreshOracleKeys {
  const { privateKey, publicKey } = createOracleKeyPair();
  using _privateKey = privateKey;
  if (!isIndependent) return { shown: { publicKey }, keyFile: encodeOracleKeyFile(did, privateKey) };
  const envelope = createX25519KeyPair();
  using envelopePrivateKey = envelope.privateKey;
  using freshIdentityKey = SecretBytes.random(IDENTITY_KEY_BYTES, 'oracle identity key');
  const signing = identityPrivateKey ?? freshIdentityKey;
  return {
    shown: {
      publicKey,
      envelopePublicKey: envelope.publicKey,
      identityPublicKey: signingPublicKeyOf('Ed25519', signing),
    },
    keyFile: encodeOracleKeyFile(did, privateKey, { envelopePrivateKey, identityPrivateKey: signing }),
  };
}
