import type { SigningKey } from '@oracle-calls/protocol/signing';
import type { ComparisonCode, Verifier } from '@oracle-calls/protocol/handshake';
import type { SealedCall } from '@oracle-calls/protocol/signed-envelope';
import type { CallSecrets } from './call-secrets.ts';
import type { OracleLink, OracleLinkOptions } from './oracle-link.ts';
import type { SealCallOptions } from './seal-call.ts';

/** The heavy parts of protocol version 3 as a call uses them; tests put scripts in their place. */
export interface StrictProtocol {
  readonly createSecrets: () => Promise<CallSecrets>;
  readonly seal: (options: SealCallOptions) => Promise<SealedCall>;
  readonly createLink: (options: OracleLinkOptions) => OracleLink;
  readonly createVerifier: (key: SigningKey) => Verifier;
  readonly createPayloadId: () => string;
  /** Two groups of five digits. */
  readonly formatCode: (code: ComparisonCode) => string;
  /** Compiles what the first envelope to this oracle and the first handshake need: some tens of milliseconds. */
  readonly warmUp: (oracle: SealCallOptions['oracle']) => Promise<void>;
}

/** Curves, KEMs and suites are as large as the rest of the SDK: they are loaded by `prepare`, or at the latest by a call. */
export const loadStrictProtocol = async (): Promise<StrictProtocol> =>
  (await import('./own-strict-protocol.ts')).ownStrictProtocol;
