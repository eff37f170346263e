import {
  createHttpApp,
  createLiveKitSfuControl,
  openBackend,
  openStore,
  serveHttp,
  type Backend,
} from '@oracle-calls/backend';
import type { MatrixAccountPort } from '@oracle-calls/matrix';
import { isOracleCallError, codeOf, type Clock, type Logger } from '@oracle-calls/protocol';
import { createDidResolver } from '@oracle-calls/protocol/did';
import type { BackendConfig } from './backend-config.ts';
import { readDatabaseLocation } from './database-location.ts';
import { openBackendTelemetry } from './open-telemetry.ts';
import type { OracleConfig } from './oracle-config.ts';
import { readSecretFile } from './secret-file.ts';

/** Pauses between attempts to reach a homeserver that does not answer, in milliseconds. */
const MATRIX_RETRY_FIRST_MS = 1_000;
const MATRIX_RETRY_MAX_MS = 30_000;

export interface BackendProcessDeps {
  readonly config: BackendConfig;
  /** Signs an oracle's account in and resolves after its first sync. */
  readonly openMatrix: (oracle: OracleConfig, signal: AbortSignal) => Promise<MatrixAccountPort>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborted when the process is told to stop: it takes no new calls and waits for those in progress, `drainSeconds` at most. */
  readonly drain: AbortSignal;
  /** Aborted when it is told again: it waits no longer. */
  readonly stop: AbortSignal;
}

/**
 * Runs the backend until it is told to stop, and then closes everything in reverse order. `/healthz` answers at once, everything else when
 * the Matrix account of an oracle has synced. The others are served as theirs do: none waits for another one's homeserver.
 */
export async function runBackend(deps: BackendProcessDeps): Promise<void> {
  const { config, clock, logger, drain, stop } = deps;
  const apiSecret = await readSecretFile(config.sfu.apiSecretFile, 'sfu.apiSecretFile');
  await using opened = new AsyncDisposableStack();
  const store = opened.use(await openStore(await readDatabaseLocation(config)));
  const sfu = createLiveKitSfuControl({ apiUrl: config.sfu.apiUrl, apiKey: config.sfu.apiKey, apiSecret });
  let served: Backend | undefined;
  const { metrics } = config;
  const telemetry = await openBackendTelemetry(
    { metrics, telemetry: config.telemetry, getBackend: () => served, clock, logger },
    opened,
  );
  const app = createHttpApp({
    getBackend: () => served,
    corsOrigins: config.corsOrigins,
    trustedProxies: config.trustedProxies,
    rateLimits: config.rateLimits,
    docsPage: config.docsPage,
    telemetry,
    clock,
    logger,
  });
  const limits = config.maxConnections === undefined ? {} : { connections: config.maxConnections };
  const server = opened.use(await serveHttp(app, { ...config.listen, clock, limits }));
  logger.info('listening', { host: config.listen.host, port: server.port });
  // Closed after the backend, which uses them.
  const accounts = opened.use(new AsyncDisposableStack());
  const backend = opened.use(
    await openBackend({
      options: {
        oracles: config.oracles.map(({ did, agentName, matrix: { allowedServers } }) => ({
          did,
          agentName,
          allowedServers,
        })),
        sfuUrl: config.sfu.url,
        agentKeys: config.agentKeys,
        olderProtocol: config.olderProtocol,
        maxCallMinutes: config.maxCallMinutes,
        retention: config.retention,
      },
      didResolver: createDidResolver({
        ixoResolverUrl: config.didResolverUrl,
        allowPrivateAddresses: config.allowPrivateAddresses,
        clock,
      }),
      sfu,
      store,
      telemetry,
      clock,
      logger,
    }),
  );
  const stopping = AbortSignal.any([drain, stop]);
  const openings = config.oracles.map(async (oracle) => {
    const matrix = await openWithRetries(deps, oracle, stopping);
    accounts.defer(() => matrix.close());
    await backend.openOracle(oracle.did, matrix);
    if (served === undefined) logger.info('backend ready');
    served = backend;
  });
  try {
    await Promise.race([untilNoneIsLeft(openings, config.oracles, logger), aborted(stopping)]);
    if (served !== undefined && !stop.aborted && config.drainSeconds > 0) {
      await backend.drain({ maxMs: config.drainSeconds * 1000, signal: stop });
    }
  } catch (error) {
    if (!stopping.aborted) throw error;
  } finally {
    // New requests are told to come back; those under way are let go by the backend's own closing.
    served = undefined;
    await Promise.allSettled(openings);
  }
}

/** Rejects when no oracle can be served for good; one of several that cannot is logged, and the others go on. */
async function untilNoneIsLeft(
  openings: readonly Promise<void>[],
  oracles: readonly OracleConfig[],
  logger: Logger,
): Promise<never> {
  const outcomes = await Promise.allSettled(
    openings.map(async (opening, index) => {
      try {
        await opening;
      } catch (error) {
        const code = codeOf(error);
        if (oracles.length > 1) logger.error('oracle not served', { oracleDid: oracles[index]?.did, code });
        throw error;
      }
    }),
  );
  const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
  if (failed.length === outcomes.length) throw failed[0]?.reason;
  return await new Promise<never>(() => undefined);
}

async function openWithRetries(
  { openMatrix, clock, logger }: BackendProcessDeps,
  oracle: OracleConfig,
  signal: AbortSignal,
): Promise<MatrixAccountPort> {
  for (let pauseMs = MATRIX_RETRY_FIRST_MS; ; pauseMs = Math.min(pauseMs * 2, MATRIX_RETRY_MAX_MS)) {
    signal.throwIfAborted();
    try {
      return await openMatrix(oracle, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!isOracleCallError(error) || !error.retryable) throw error;
      logger.warn('homeserver does not answer', { oracleDid: oracle.did, code: error.code, pauseMs });
      await clock.sleep(pauseMs, { signal });
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
