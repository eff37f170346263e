import { createMatrixPort, parseMatrixUserId, type MatrixPort } from '@oracle-calls/matrix';
import { SecretBytes, silentLogger, systemClock } from '@oracle-calls/protocol';
import { createDidResolver, resolveStrictOracle } from '@oracle-calls/protocol/did';
import { createRawKeySigner } from '@oracle-calls/protocol/signing';
import {
  createBackendClient,
  createOracleCallsCore,
  loadStrictProtocol,
  type OracleCalls,
} from '@oracle-calls/sdk/core';
import type { Ring } from '@oracle-calls/sdk';
import { FakeDevices, FakeSfu } from '@oracle-calls/testing';
import type { MatrixClient } from 'matrix-js-sdk';
import type { Caller } from '../../../dev/stack/accounts.ts';
import type { Stack } from '../../../dev/stack/stack.ts';
import { until } from '../agent/until.ts';
import { signInClient } from '../matrix-person.ts';
import { DevicePins } from './device-pins.ts';

/** A signed device of somebody with the SDK's core on real Matrix, resolver and backend; media alone is a fake's. */
export class Phone implements AsyncDisposable {
  readonly client: MatrixClient;
  readonly matrix: MatrixPort;
  readonly calls: OracleCalls;
  /** What it was told of rings. */
  readonly heard: Ring[] = [];

  private constructor(client: MatrixClient, matrix: MatrixPort, calls: OracleCalls) {
    this.client = client;
    this.matrix = matrix;
    this.calls = calls;
    calls.rings.observe((ring) => this.heard.push(ring));
  }

  /** `ownOracle` makes it a device of an application that was made for that oracle. */
  static async open(
    stack: Stack,
    account: Caller,
    { ownOracle }: { readonly ownOracle?: string } = {},
  ): Promise<Phone> {
    const { client } = await signInClient(stack, account);
    const [clock, logger] = [systemClock, silentLogger];
    const matrix = createMatrixPort(client, { clock, logger });
    const allowPrivateAddresses = true;
    const resolver = createDidResolver({ ixoResolverUrl: stack.didResolverUrl, allowPrivateAddresses, clock });
    const signer = createRawKeySigner({ algorithm: 'Ed25519', privateKey: SecretBytes.random(32, 'user key') });
    const calls = createOracleCallsCore({
      ...{ oracleDid: ownOracle, matrix, clock, logger, sfu: new FakeSfu(), devices: new FakeDevices() },
      async resolveOracle(did, { signal }) {
        const oracle = await resolveStrictOracle(did, resolver, { signal, allowPrivateAddresses, clock });
        return { ...oracle, matrixUserId: parseMatrixUserId(oracle.matrixUserId) };
      },
      createBackendClient: (backendUrl) =>
        createBackendClient({
          ...{ backendUrl, clock },
          requestOpenIdToken: (signal) => matrix.requestOpenIdToken({ signal }),
        }),
      loadProtocol: loadStrictProtocol,
      keyPins: new DevicePins(),
      signer: async () => signer,
      tabStorage: undefined,
    });
    return new Phone(client, matrix, calls);
  }

  /** What the newest ring has come to here. */
  get status(): string | undefined {
    return this.heard.at(-1)?.status;
  }

  /** Waits until what this device heard of one ring is exactly this. */
  async hears(ringId: string, ...statuses: readonly string[]): Promise<Ring> {
    const of = (): readonly Ring[] => this.heard.filter(({ ringEventId }) => ringEventId === ringId);
    await until(
      () =>
        of()
          .map(({ status }) => status)
          .join() === statuses.join(),
      `${statuses.join()} of a ring`,
      30_000,
    );
    const ring = of().at(-1);
    if (ring === undefined) throw new Error('Nothing was heard.');
    return ring;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.calls.close();
    this.client.stopClient();
  }
}
