import { createMatrixPort, parseMatrixUserId } from '@oracle-calls/matrix';
import { silentLogger, systemClock, type Clock, type Logger } from '@oracle-calls/protocol';
import type { OracleOverrides, resolveStrictOracle as resolve } from '@oracle-calls/protocol/did';
import type { CallSigner } from '@oracle-calls/protocol/signing';
import type { Tracer } from '@oracle-calls/protocol/trace';
import type { MatrixClient } from 'matrix-js-sdk';
import { createBackendClient } from './backend-client/backend-client.ts';
import { createBrowserDevices } from './devices/browser-devices.ts';
import { AudioGraph } from './media/audio-graph.ts';
import { createLiveKitSfu } from './media/livekit-sfu.ts';
import { createIndexedDbKeyPins, FallingBackKeyPins } from './key-pins/key-pin-store.ts';
import { createOracleCallsCore, type OracleCalls } from './oracle-calls-core.ts';
import type { TabStorage } from './session/interrupted-calls.ts';
import { createIndexedDbUserDidStore } from './user-did/user-did-store.ts';
import { loadStrictProtocol } from './strict/strict-protocol.ts';
import { createOwnSigner } from './user-did/user-did.ts';

/** Resolvers and curves are as large as the rest of the SDK: they are loaded by `prepare`, or at the latest by a call. */
const loadDid = () => import('@oracle-calls/protocol/did');
const loadSigning = () => import('@oracle-calls/protocol/signing');

/** The standard `did-resolver` interface. */
export type DidResolver = Parameters<typeof resolve>[1];

export interface OracleCallsOptions {
  /** The oracle that `callOracle` calls when it is given no other. */
  readonly oracleDid?: string | undefined;
  /** The application's own client: started, with Rust crypto, signed in. */
  readonly matrixClient: MatrixClient;
  /**
   * Makes the worker that seals and opens frames. Bundlers find it in this form:
   * `() => new Worker(new URL('@oracle-calls/sdk/frame-worker', import.meta.url), { type: 'module' })`.
   */
  readonly e2eeWorker: () => Worker;
  /** Resolves oracles' DIDs. When absent: `did:key`, `did:web` and, with `didResolverUrl`, `did:ixo`. */
  readonly didResolver?: DidResolver | undefined;
  /** Base address of an HTTP resolver for `did:ixo`. */
  readonly didResolverUrl?: string | undefined;
  /**
   * The user's DID key, which signs calls; its DID is the user's. `createRawKeySigner` makes one of a key that the application holds. When absent, a
   * `did:key` with a key that cannot be exported is made once and kept in this browser.
   */
  readonly signer?: CallSigner | undefined;
  /** What this application knows better than an oracle's DID document; needed for a `did:key`, which has no services. */
  readonly oracleOverrides?: OracleOverrides | undefined;
  /** Lets oracles' documents name private addresses. For development. */
  readonly allowPrivateAddresses?: boolean | undefined;
  /** Overrides the ICE servers that the SFU names. */
  readonly iceServers?: readonly RTCIceServer[] | undefined;
  readonly logger?: Logger | undefined;
  /** Where spans of calls go: `createOpenTelemetryTracer` of `@oracle-calls/sdk/open-telemetry`. Nowhere when absent. */
  readonly tracer?: Tracer | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * Calls to oracles from a browser page. Make one per signed-in account, and `close` it on signing out.
 *
 * @example
 *   const calls = createOracleCalls({ matrixClient, e2eeWorker });
 *   await calls.prepare({ oracleDid: 'did:web:oracle.example.org' });
 *   button.onclick = () => {
 *     const call = calls.callOracle({ type: 'audio', oracleDid: 'did:web:oracle.example.org' });
 *     call.on('state', ({ state }) => show(state.kind));
 *   };
 * @throws {TypeError} when the client is not signed in
 */
export function createOracleCalls(options: OracleCallsOptions): OracleCalls {
  const { matrixClient, clock = systemClock, logger = silentLogger, allowPrivateAddresses = false } = options;
  const matrix = createMatrixPort(matrixClient, { clock, logger });
  const { signer } = options;
  const database = 'indexedDB' in globalThis ? indexedDB : undefined;
  const ownSigner = createOwnSigner({
    userId: matrix.userId,
    store: database === undefined ? undefined : createIndexedDbUserDidStore(database),
    create: async () => (await loadDid()).createUserDid(),
    toSigner: async (keyPair) => (await loadSigning()).createKeyPairSigner(keyPair),
    logger,
  });
  const keptPins = database === undefined ? undefined : createIndexedDbKeyPins(database, matrix.userId);
  const audioGraph = new AudioGraph();

  const core = createOracleCallsCore({
    oracleDid: options.oracleDid,
    matrix,
    clock,
    logger,
    tracer: options.tracer,
    sfu: createLiveKitSfu({
      e2eeWorker: options.e2eeWorker,
      audioGraph,
      logger,
      clock,
      iceServers: options.iceServers,
    }),
    devices: createBrowserDevices({ audioGraph }),
    async resolveOracle(did, { signal }) {
      const { createDidResolver, resolveStrictOracle } = await loadDid();
      const { didResolver, didResolverUrl: ixoResolverUrl, oracleOverrides: overrides } = options;
      const resolver = didResolver ?? createDidResolver({ ixoResolverUrl, allowPrivateAddresses, clock });
      const oracle = await resolveStrictOracle(did, resolver, { signal, allowPrivateAddresses, clock, overrides });
      return { ...oracle, matrixUserId: parseMatrixUserId(oracle.matrixUserId) };
    },
    createBackendClient: (backendUrl) =>
      createBackendClient({ backendUrl, clock, requestOpenIdToken: (signal) => matrix.requestOpenIdToken({ signal }) }),
    loadProtocol: loadStrictProtocol,
    keyPins: new FallingBackKeyPins(keptPins, logger),
    signer: signer === undefined ? ownSigner : async () => signer,
    tabStorage: tabStorage(),
  });

  const pageHidden = (): void => core.pageHidden();
  globalThis.addEventListener('pagehide', pageHidden);
  const closeCore = core.close.bind(core);
  return Object.assign(core, {
    async close(): Promise<void> {
      globalThis.removeEventListener('pagehide', pageHidden);
      await closeCore();
      audioGraph[Symbol.dispose]();
    },
  });
}

/** `sessionStorage`, unless the browser forbids it. */
function tabStorage(): TabStorage | undefined {
  try {
    return globalThis.sessionStorage;
  } catch {
    return undefined;
  }
}
