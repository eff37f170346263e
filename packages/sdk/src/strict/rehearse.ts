import { createSfuRoomName, SecretBytes, systemClock } from '@oracle-calls/protocol';
import { rehearseLink } from '@oracle-calls/protocol/secure-link';
import { createRawKeySigner } from '@oracle-calls/protocol/signing';
import type { MatrixRoomId, MatrixUserId } from '@oracle-calls/matrix';
import { createCallSecrets } from './call-secrets.ts';
import { sealCall, type SealCallOptions } from './seal-call.ts';

/**
 * Seals a call that is never placed, under keys that are thrown away, and holds its key exchange with itself: code is loaded and compiled,
 * and the curves' tables are made, before the click. The user's own signer may be a wallet that asks, so it is not used.
 */
export async function rehearse(oracle: SealCallOptions['oracle']): Promise<void> {
  using secrets = await createCallSecrets();
  using privateKey = SecretBytes.random(32, 'key of a rehearsal');
  const { signal } = new AbortController();
  await sealCall({
    secrets,
    oracle,
    signer: createRawKeySigner({ algorithm: 'Ed25519', privateKey }),
    call: {
      callType: 'audio',
      sfuRoomName: createSfuRoomName(),
      sessionId: 'rehearsal',
      matrixRoomId: '!rehearsal' as MatrixRoomId,
      matrixSender: '@rehearsal:localhost' as MatrixUserId,
    },
    now: 0,
    signal,
  });
  await secrets.keyPair.signer.sign(secrets.comparisonNonce.expose());
  await rehearseLink({ clock: systemClock, identityAlgorithm: oracle.keys.identityKey.algorithm });
}
