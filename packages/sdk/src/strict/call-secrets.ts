import { createCallKey, type SecretBytes } from '@oracle-calls/protocol';
import { createComparisonNonce } from '@oracle-calls/protocol/handshake';
import { createCallKeyPair, type CallKeyPair } from './call-key-pair.ts';

/** What one call has of its own. Nothing of it is used for another. */
export interface CallSecrets extends Disposable {
  readonly callKey: SecretBytes;
  readonly comparisonNonce: SecretBytes;
  readonly keyPair: CallKeyPair;
}

export async function createCallSecrets(): Promise<CallSecrets> {
  const keyPair = await createCallKeyPair();
  const callKey = createCallKey();
  const comparisonNonce = createComparisonNonce();
  return {
    callKey,
    comparisonNonce,
    keyPair,
    [Symbol.dispose]() {
      for (const secret of [callKey, comparisonNonce, keyPair]) secret[Symbol.dispose]();
    },
  };
}
