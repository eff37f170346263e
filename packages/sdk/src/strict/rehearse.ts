import { createSfuRoomName, SecretBytes } from '@oracle-calls/protocol';
import { warmUpKeyExchange } from '@oracle-calls/protocol/handshake';
import { createRawKeySigner } from '@oracle-calls/protocol/signing';
import type { MatrixRoomId, MatrixUserId } from '@oracle-calls/matrix';
import { createCallSecrets } from './call-secrets.ts';
import { sealCall, type SealCallOptions } from './seal-call.ts';

/**
 * Seals a call that is never placed, under keys that are thrown away, and runs one key exchange with itself: the suite's code is loaded
 * and the curves' tables are made before the click. The user's own signer may be a wallet that asks, so it is not used.
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
  warmUpKeyExchange();
}
