import {
  AGENT_METRICS,
  readBearerFile,
  readOwnIdentity,
  resolveOwnDocument,
  startAgentWorker,
} from '@oracle-calls/agent';
import type { JobSettings } from '@oracle-calls/agent';
import { hearingOf, loadOracle } from '@oracle-calls/agent/oracle';
import { openTrustStore } from '@oracle-calls/agent/trust-store';
import { createJsonLogger, isOracleCallError, systemClock } from '@oracle-calls/protocol';
import type { Logger } from '@oracle-calls/protocol';
import { agentConfigSchema } from './agent-config.ts';
import type { AgentConfig } from './agent-config.ts';
import { isCheckOnly, readJsonConfig } from './json-config.ts';
import { checkHeadersFile, openMetrics } from './open-telemetry.ts';
import { followStopSignals } from './stop-signals.ts';
import type { StopSignalName } from './stop-signals.ts';

/** From the first request to stop until this process gives up waiting for its jobs, in ms. */
const STOP_MAX_MS = 12_000;

const RELOAD_FLAG = '--reload-oracle';

/** Runs the live agent until it is told to stop. Returns the exit code. */
async function main(): Promise<number> {
  const early = createLog('info');
  try {
    const argv = process.argv.slice(2).filter((argument) => argument !== RELOAD_FLAG);
    const config = await readJsonConfig(agentConfigSchema, argv);
    const log = createLog(config.logLevel);
    if (!isCheckOnly(argv)) return await run(config, log);
    log.info('configuration is good');
    return 0;
  } catch (cause) {
    // The message of a configuration error names the field or the file.
    const fields = isOracleCallError(cause) ? { code: cause.code, problem: describe(cause) } : { code: 'ERR_INTERNAL' };
    early.error('agent could not start', fields);
    return 1;
  }
}

async function run(config: AgentConfig, log: Logger): Promise<number> {
  const stop = Promise.withResolvers<StopSignalName>();
  using signals = followStopSignals(process, stop.resolve);
  const { sfu, agentName, weightsDir, warmProcesses, maxCalls, maxCallMinutes, rekeySeconds, ...rest } = config;
  const { metrics: metricsConfig, drainSeconds, oracle, ...settings } = rest;
  await using opened = new AsyncDisposableStack();
  const ownDocument = await resolveOwnDocument(config.oracleDid, config, systemClock, signals.drain);
  const times = { maxCallMs: maxCallMinutes * 60_000, rekeyIntervalMs: rekeySeconds * 1000 };
  const isMeasured = metricsConfig !== undefined;
  const hearing = hearingOf(oracle ?? {}, await loadOracle(oracle ?? {}));
  const job: JobSettings = { ...settings, ...times, ownDocument, hearing, isMeasured };
  // Every job reads its own; a wrong file, or one that is not the document's, should be noticed now, not in the first call.
  (await readOwnIdentity(job, ownDocument, process.env))[Symbol.dispose]();
  openTrustStore(job.trustStoreFile)[Symbol.dispose]();
  await readBearerFile(job.apiKeyFile, 'agent API key');
  const apiSecret = await readBearerFile(sfu.apiSecretFile, 'SFU API secret');
  // Every job reads it for itself; a file that is wrong should be noticed now.
  if (config.telemetry?.headersFile !== undefined) await checkHeadersFile(config.telemetry.headersFile);
  const metrics = metricsConfig && (await openMetrics(AGENT_METRICS, metricsConfig, { logger: log }, opened));
  const worker = startAgentWorker({
    sfu: { url: sfu.url, apiKey: sfu.apiKey, apiSecret },
    agentName,
    weightsDir,
    oracle,
    // No field of the configuration: it is for whoever writes the oracle, at the terminal.
    reloadsOracle: process.argv.includes(RELOAD_FLAG),
    job,
    log,
    warmProcesses,
    maxCalls,
    metrics,
  });
  if (config.olderProtocol === 'allow') log.warn('the older protocol is allowed: its calls are not protected');
  log.info('oracle identity', {
    envelopeSuite: ownDocument.envelopeKey.suite,
    identityAlgorithm: ownDocument.identityKey.algorithm,
    areKeysIndependent: ownDocument.areIndependent,
  });
  // A rejection of `stopped` is the worker's own end, and becomes the exit code.
  const reason = await Promise.race([stop.promise, worker.stopped]);
  log.info('agent stops', { signal: reason ?? 'none' });
  if (reason !== undefined && drainSeconds > 0) {
    await worker.drain({ maxMs: drainSeconds * 1000, signal: signals.stop });
  }
  await Promise.race([worker.close(), systemClock.sleep(STOP_MAX_MS)]);
  return 0;
}

function createLog(level: AgentConfig['logLevel']): Logger {
  return createJsonLogger((line) => process.stdout.write(line), systemClock, { level, fields: { part: 'agent' } });
}

function describe(error: { readonly message: string; readonly details: Readonly<Record<string, unknown>> }): string {
  const issues = error.details['issues'];
  return Array.isArray(issues) ? `${error.message} ${issues.join('; ')}` : error.message;
}

process.exit(await main());
