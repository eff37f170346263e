import type { SecretBytes } from '@oracle-calls/protocol';
import { ownOracleKeys } from '@oracle-calls/protocol/signed-envelope';
import type { OwnOracleKeys } from '@oracle-calls/protocol/signed-envelope';
import { destroyOracleKey, readOracleKey } from './oracle-key.ts';
import type { KeySource } from './oracle-key.ts';
import { offeredKeysOf } from './own-document.ts';
import type { OwnDocument } from './own-document.ts';

/** Who the agent is: what its DID document offers, and the private halves of it. */
export interface OwnIdentity extends Disposable {
  readonly keys: OwnOracleKeys;
  /** The oracle's Matrix account, by its own document. */
  readonly matrixUserId: string;
  /** secp256k1: opens calls of the older protocol. */
  readonly olderPrivateKey: SecretBytes;
  /** Wipes the keys that open envelopes; the one that signs stays, for later attempts of the call. */
  wipeReceiving(): void;
}

/**
 * Reads the private keys and holds them against the document.
 *
 * @throws {OracleCallError} as `readOracleKey`; `ERR_DID_DOCUMENT` when file and document have drifted apart
 */
export async function readOwnIdentity(
  source: KeySource,
  document: OwnDocument,
  env: NodeJS.ProcessEnv,
): Promise<OwnIdentity> {
  const file = await readOracleKey(source, env);
  let keys: OwnOracleKeys;
  try {
    keys = ownOracleKeys(file, offeredKeysOf(document));
  } catch (cause) {
    destroyOracleKey(file);
    throw cause;
  }
  return {
    keys,
    matrixUserId: document.matrixUserId,
    olderPrivateKey: file.privateKey,
    wipeReceiving: () => {
      file.envelopePrivateKey?.destroy();
      // The single key of such a document signs as well, and is needed until the call is over.
      if (keys.identityKey.algorithm === 'Ed25519') file.privateKey.destroy();
    },
    [Symbol.dispose]: () => destroyOracleKey(file),
  };
}
