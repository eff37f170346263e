import { createMatrixPort, parseMatrixUserId, type MatrixPort } from '@oracle-calls/matrix';
import { createNodeSfu, createSoundDevices, LocalSound, silenceMediaLog } from '@oracle-calls/node-media/sdk';
import { silentLogger, systemClock as clock } from '@oracle-calls/protocol';
import { createDidResolver, createUserDid, resolveStrictOracle } from '@oracle-calls/protocol/did';
import { createKeyPairSigner } from '@oracle-calls/protocol/signing';
import { MemoryKeyPins, type OracleCalls } from '@oracle-calls/sdk';
import { createBackendClient, createOracleCallsCore, loadStrictProtocol } from '@oracle-calls/sdk/core';
import type { MatrixClient } from 'matrix-js-sdk';
import type { Caller } from '../../../dev/stack/accounts.ts';
import type { Stack } from '../../../dev/stack/stack.ts';
import { signInClient, type Login } from '../matrix-person.ts';

/** A person's device as the page has it: the application's own Matrix client, and the SDK over it; media of Node. */
export interface NodePerson extends AsyncDisposable {
  readonly client: MatrixClient;
  readonly login: Login;
  readonly matrix: MatrixPort;
  readonly calls: OracleCalls;
}

/** Signs a person in as a new device, with their recovery key. */
export async function openPerson(stack: Stack, account: Caller): Promise<NodePerson> {
  silenceMediaLog();
  await using opening = new AsyncDisposableStack();
  const { client, login } = await signInClient(stack, account);
  opening.defer(() => client.stopClient());
  const matrix = createMatrixPort(client);
  const allowPrivateAddresses = true;
  const resolver = createDidResolver({ ixoResolverUrl: stack.didResolverUrl, allowPrivateAddresses, clock });
  const signer = createKeyPairSigner((await createUserDid()).keyPair);
  const microphone = new LocalSound(clock);
  const calls = opening.use(
    createOracleCallsCore({
      oracleDid: stack.oracleDid,
      matrix,
      clock,
      logger: silentLogger,
      sfu: createNodeSfu({ clock, logger: silentLogger, onHeard: () => undefined }),
      devices: createSoundDevices(() => microphone),
      async resolveOracle(did, { signal }) {
        const oracle = await resolveStrictOracle(did, resolver, { signal, allowPrivateAddresses, clock });
        return { ...oracle, matrixUserId: parseMatrixUserId(oracle.matrixUserId) };
      },
      createBackendClient: (backendUrl) =>
        createBackendClient({
          backendUrl,
          clock,
          requestOpenIdToken: (signal) => matrix.requestOpenIdToken({ signal }),
        }),
      loadProtocol: loadStrictProtocol,
      keyPins: new MemoryKeyPins(),
      signer: async () => signer,
      tabStorage: undefined,
    }),
  );
  const open = opening.move();
  return { client, login, matrix, calls, [Symbol.asyncDispose]: () => open.disposeAsync() };
}
