import {
  createHttpApp,
  createLiveKitSfuControl,
  openBackend,
  openStore,
  serveHttp,
  type Backend,
} from '@oracle-calls/backend';
import type { MatrixAccountPort } from '@oracle-calls/matrix';
import { isOracleCallError, type Clock, type Logger } from '@oracle-calls/protocol';
import { createDidResolver } from '@oracle-calls/protocol/did';
import type { BackendConfig } from './backend-config.ts';
import { readDatabaseLocation } from './database-location.ts';
import { openBackendTelemetry } from './open-telemetry.ts';
import { readSecretFile } from './secret-file.ts';

/** Pauses between attempts to reach a homeserver that does not answer, in milliseconds. */
const MATRIX_RETRY_FIRST_MS = 1_000;
const MATRIX_RETRY_MAX_MS = 30_000;

export interface BackendProcessDeps {
  readonly config: BackendConfig;
  /** Signs the oracle's account in and resolves after its first sync. */
  readonly openMatrix: (signal: AbortSignal) => Promise<MatrixAccountPort>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborted when the process is told to stop. */
  readonly stop: AbortSignal;
}

/**
 * Runs the backend until `stop` is aborted, and then closes everything in reverse order. `/healthz` answers at once,
 * everything else when Matrix has synced.
 */
export async function runBackend({ config, openMatrix, clock, logger, stop }: BackendProcessDeps): Promise<void> {
  const apiSecret = await readSecretFile(config.sfu.apiSecretFile, 'sfu.apiSecretFile');
  await using opened = new AsyncDisposableStack();
  const store = opened.use(await openStore(await readDatabaseLocation(config)));
  const sfu = createLiveKitSfuControl({
    apiUrl: config.sfu.apiUrl,
    apiKey: config.sfu.apiKey,
    apiSecret,
    agentName: config.agentName,
  });
  let backend: Backend | undefined;
  const { metrics } = config;
  const telemetry = await openBackendTelemetry(
    { metrics, telemetry: config.telemetry, getBackend: () => backend, clock, logger },
    opened,
  );
  const app = createHttpApp({
    getBackend: () => backend,
    corsOrigins: config.corsOrigins,
    trustedProxies: config.trustedProxies,
    rateLimits: config.rateLimits,
    telemetry,
    clock,
    logger,
  });
  const limits = config.maxConnections === undefined ? {} : { connections: config.maxConnections };
  const server = opened.use(await serveHttp(app, { ...config.listen, clock, limits }));
  logger.info('listening', { host: config.listen.host, port: server.port });
  try {
    const matrix = await openWithRetries(openMatrix, clock, logger, stop);
    opened.defer(() => matrix.close());
    backend = opened.use(
      await openBackend({
        options: {
          oracleDid: config.oracleDid,
          sfuUrl: config.sfu.url,
          allowedServers: config.matrix.allowedServers,
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
        matrix,
        sfu,
        store,
        telemetry,
        clock,
        logger,
      }),
    );
    logger.info('backend ready');
    await aborted(stop);
  } catch (error) {
    if (!stop.aborted) throw error;
  } finally {
    // New requests are told to come back; those under way are let go by the backend's own closing.
    backend = undefined;
  }
}

async function openWithRetries(
  openMatrix: BackendProcessDeps['openMatrix'],
  clock: Clock,
  logger: Logger,
  stop: AbortSignal,
): Promise<MatrixAccountPort> {
  for (let pauseMs = MATRIX_RETRY_FIRST_MS; ; pauseMs = Math.min(pauseMs * 2, MATRIX_RETRY_MAX_MS)) {
    stop.throwIfAborted();
    try {
      return await openMatrix(stop);
    } catch (error) {
      stop.throwIfAborted();
      if (!isOracleCallError(error) || !error.retryable) throw error;
      logger.warn('homeserver does not answer', { code: error.code, pauseMs });
      await clock.sleep(pauseMs, { signal: stop });
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
