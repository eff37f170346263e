import type { MatrixPort } from '@oracle-calls/matrix';
import type { Clock, Did, Logger } from '@oracle-calls/protocol';
import type { CallSigner } from '@oracle-calls/protocol/signing';
import type { Tracer } from '@oracle-calls/protocol/trace';
import type { BackendClient } from '../backend-client/backend-client.ts';
import type { DevicesPort } from '../devices/devices-port.ts';
import type { KnownKeys } from '../key-pins/known-keys.ts';
import type { SfuPort } from '../media/sfu-port.ts';
import type { Oracle } from '../oracle/oracle-directory.ts';
import type { InterruptedCalls } from '../session/interrupted-calls.ts';
import type { StrictProtocol } from '../strict/strict-protocol.ts';
import type { loadOracleSide } from './call-parts.ts';

/** Everything a call needs of the world. */
export interface CallDeps {
  readonly matrix: MatrixPort;
  readonly sfu: SfuPort;
  readonly devices: DevicesPort;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where spans go; nowhere when absent. */
  readonly tracer?: Tracer | undefined;
  /** @throws {OracleCallError} `ERR_DID_*`, `ERR_KEY_*` */
  readonly findOracle: (did: Did, signal: AbortSignal) => Promise<Oracle>;
  readonly knownKeys: KnownKeys;
  /** @throws {OracleCallError} `ERR_DID_DOCUMENT` */
  readonly backendAt: (backendUrl: string) => BackendClient;
  readonly loadProtocol: () => Promise<StrictProtocol>;
  readonly loadOracleSide: typeof loadOracleSide;
  /** Who signs calls; its DID is the user's. */
  readonly signer: () => Promise<CallSigner>;
  readonly interrupted: InterruptedCalls;
  /** Notes which SFU a backend sends its callers to. */
  readonly sfuSeen: (backendUrl: string, sfuUrl: string) => void;
}

/** What one attempt needs on top. */
export interface AttemptDeps extends CallDeps {
  /** The call's trace, for its requests to the backend. */
  readonly traceparent: string;
}
