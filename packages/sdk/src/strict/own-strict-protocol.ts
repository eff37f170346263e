import { createPayloadId } from '@oracle-calls/protocol/data-frame';
import { createEd25519Verifier, createEs256kVerifier, formatComparisonCode } from '@oracle-calls/protocol/handshake';
import { UserLink } from '@oracle-calls/protocol/secure-link';
import { createCallSecrets } from './call-secrets.ts';
import { rehearse } from './rehearse.ts';
import { sealCall } from './seal-call.ts';
import type { StrictProtocol } from './strict-protocol.ts';

export const ownStrictProtocol: StrictProtocol = {
  createSecrets: createCallSecrets,
  seal: sealCall,
  createLink: (options) => new UserLink(options),
  createVerifier: ({ algorithm, publicKey }) =>
    algorithm === 'Ed25519' ? createEd25519Verifier(publicKey) : createEs256kVerifier(publicKey),
  createPayloadId: () => createPayloadId(),
  formatCode: formatComparisonCode,
  warmUp: rehearse,
};
