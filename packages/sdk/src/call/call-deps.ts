import type { MatrixPort } from '@oracle-calls/matrix';
import type { Clock, Did, Logger, SecretBytes } from '@oracle-calls/protocol';
import type { BackendClient } from '../backend-client/backend-client.ts';
import type { DevicesPort } from '../devices/devices-port.ts';
import type { SfuPort } from '../media/sfu-port.ts';
import type { Oracle } from '../oracle/oracle-directory.ts';
import type { InterruptedCalls } from '../session/interrupted-calls.ts';

/** Everything a call needs of the world. */
export interface CallDeps {
  readonly matrix: MatrixPort;
  readonly sfu: SfuPort;
  readonly devices: DevicesPort;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly findOracle: (did: Did, signal: AbortSignal) => Promise<Oracle>;
  /** @throws {OracleCallError} `ERR_DID_DOCUMENT` */
  readonly backendAt: (backendUrl: string) => BackendClient;
  /** Seals the call key to the oracle's public key: the envelope in hex. */
  readonly seal: (callKey: SecretBytes, recipientPublicKey: Uint8Array) => Promise<string>;
  readonly userDid: () => Promise<Did>;
  readonly interrupted: InterruptedCalls;
  /** Notes which SFU a backend sends its callers to. */
  readonly sfuSeen: (backendUrl: string, sfuUrl: string) => void;
}
