import { join } from 'node:path';
import type { OracleSettings } from '@oracle-calls/agent/oracle';
import { ROUTES } from '@oracle-calls/protocol/http';
import type { LiveKit } from '../livekit/livekit.ts';
import { httpReady } from '../process/http-ready.ts';
import { keptSecret, privateDir, writePrivate } from '../process/private-file.ts';
import { RECORDS_FOLDER } from '../process/process-record.ts';
import type { LogLine, ProcessSpec } from '../process/supervised-process.ts';
import type { Synapse } from '../synapse/synapse.ts';
import type { Account, Accounts } from './accounts.ts';
import type { OracleIdentity } from './oracle-identity.ts';
import type { SecondOracle } from './second-oracle.ts';
import { watchLog } from './log-watch.ts';
import { PROJECT_ROOT } from './project.ts';

/** What LiveKit knows the oracle's workers by is shown to everybody in the room (`lk.agent_name`), so it says nothing. */
export const AGENT_NAME_FILE = 'agent-name';
/** The backend's database and Matrix store, below the state folder. */
export const BACKEND_FOLDER = 'backend';

const AGENT_KEY_ID = 'dev-agent';
const SECOND_AGENT_KEY_ID = 'dev-second-agent';

/** An agent ends its calls before it stops, for which it takes 12 s at most. */
export const AGENT_STOP_GRACE_MS = 14_000;
/** Registering takes two seconds, on a busy machine ten. */
export const AGENT_READY_MS = 60_000;

/** Where a process tells what it does; nowhere when absent. */
export interface TelemetryWishes {
  readonly otlpUrl?: string | undefined;
  readonly metricsPort?: number | undefined;
}

function telemetryConfig({ otlpUrl, metricsPort }: TelemetryWishes): object {
  return {
    ...(otlpUrl === undefined ? {} : { telemetry: { otlpUrl } }),
    ...(metricsPort === undefined ? {} : { metrics: { port: metricsPort } }),
  };
}

export interface OracleParts {
  readonly stateDir: string;
  readonly backendUrl: string;
  readonly synapse: Synapse;
  readonly livekit: LiveKit;
  readonly accounts: Accounts;
  readonly identity: OracleIdentity;
  /** Base address of the resolver that knows the oracle's DID. */
  readonly didResolverUrl: string;
  readonly weightsDir: string;
  readonly second: SecondOracle | undefined;
  readonly drainSeconds: { readonly backend?: number; readonly agent?: number };
  readonly signal: AbortSignal | undefined;
}

/** Writes the backend's configuration; how to run it. */
export async function backendSpec(
  parts: OracleParts &
    TelemetryWishes & {
      /** Where clients find the SFU. */
      readonly sfuClientUrl: string;
      readonly pageUrls: readonly string[];
      readonly olderProtocol: 'allow' | 'refuse';
      readonly databaseUrlFile: string | undefined;
    },
  log: LogLine,
): Promise<ProcessSpec> {
  const { stateDir, backendUrl, synapse, livekit, accounts, identity, didResolverUrl, olderProtocol } = parts;
  const dir = await privateDir(join(stateDir, BACKEND_FOLDER));
  const configFile = join(dir, 'backend.json');
  const matrixOf = async (account: Account, folder: string): Promise<object> => ({
    homeserverUrl: synapse.baseUrl,
    userId: account.userId,
    passwordFile: account.passwordFile,
    storeDir: await privateDir(join(dir, folder)),
    allowedServers: { [synapse.serverName]: synapse.baseUrl },
  });
  const { second, drainSeconds } = parts;
  const first = {
    agentName: await keptSecret(join(stateDir, AGENT_NAME_FILE)),
    matrix: await matrixOf(accounts.oracle, 'matrix'),
  };
  const oracles =
    second === undefined
      ? { oracleDid: identity.did, ...first }
      : {
          oracles: [
            { did: identity.did, ...first },
            {
              did: second.did,
              agentName: second.agentName,
              matrix: await matrixOf(second.account, 'second-matrix'),
            },
          ],
        };
  const config = {
    listen: { host: '127.0.0.1', port: Number(new URL(backendUrl).port) },
    ...oracles,
    sfu: { ...sfuConfig(livekit), url: parts.sfuClientUrl },
    ...(parts.databaseUrlFile === undefined
      ? { databaseFile: join(dir, 'calls.db') }
      : { databaseUrlFile: parts.databaseUrlFile }),
    agentKeys: [
      { id: AGENT_KEY_ID, oracleDid: identity.did, sha256: identity.agentKeySha256 },
      ...(second === undefined
        ? []
        : [{ id: SECOND_AGENT_KEY_ID, oracleDid: second.did, sha256: second.identity.agentKeySha256 }]),
    ],
    drainSeconds: drainSeconds.backend ?? 0,
    corsOrigins: parts.pageUrls,
    didResolverUrl,
    // The resolver is on loopback.
    allowPrivateAddresses: true,
    olderProtocol,
    ...telemetryConfig(parts),
  };
  await writePrivate(configFile, `${JSON.stringify(config, null, 2)}\n`);
  return {
    name: 'backend',
    ...entry('apps/oracle/src/backend-main.ts', configFile),
    log,
    ready: (signal) => httpReady(`${backendUrl}${ROUTES.readyz}`, signal),
    recordDir: join(stateDir, RECORDS_FOLDER),
    signal: parts.signal,
  };
}

export interface AgentPlan {
  /** How to run it. It is ready once LiveKit will send it calls. */
  readonly spec: ProcessSpec;
  /** Resolves once a process of it waits with its models loaded, which it does some seconds after it is ready. */
  warm(signal: AbortSignal): Promise<void>;
}

/** Writes the agent's configuration. */
export async function planAgent(
  parts: OracleParts &
    TelemetryWishes & {
      readonly oracle: OracleSettings;
      /** Reads it anew whenever its files change. */
      readonly reloadsOracle: boolean;
    },
  log: LogLine,
): Promise<AgentPlan> {
  const { stateDir, backendUrl, livekit, identity, weightsDir, didResolverUrl } = parts;
  const dir = await privateDir(join(stateDir, 'agent'));
  const configFile = join(dir, 'agent.json');
  const { url, apiKey, apiSecretFile } = sfuConfig(livekit);
  const config = {
    oracleDid: identity.did,
    backendUrl,
    apiKeyFile: identity.agentKeyFile,
    oracleKeyFile: identity.keyFile,
    trustStoreFile: join(await privateDir(join(dir, 'trust')), 'trust.db'),
    didResolverUrl,
    // The resolver and everything else of a stack are on loopback.
    allowPrivateAddresses: true,
    sfu: { url, apiKey, apiSecretFile },
    agentName: await keptSecret(join(stateDir, AGENT_NAME_FILE)),
    weightsDir,
    oracle: parts.oracle,
    drainSeconds: parts.drainSeconds.agent ?? 0,
    ...telemetryConfig(parts),
  };
  await writePrivate(configFile, `${JSON.stringify(config, null, 2)}\n`);
  const watch = watchLog(log);
  const spec: ProcessSpec = {
    name: 'agent',
    ...entry('apps/oracle/src/agent-main.ts', configFile, parts.reloadsOracle ? ['--reload-oracle'] : []),
    log: watch.log,
    ready: (signal) => {
      watch.reset();
      return watch.stated('worker registered', signal);
    },
    readyTimeoutMs: AGENT_READY_MS,
    stopGraceMs: AGENT_STOP_GRACE_MS,
    recordDir: join(stateDir, RECORDS_FOLDER),
    signal: parts.signal,
  };
  return { spec, warm: (signal) => watch.stated('models loaded', signal) };
}

function sfuConfig({
  url,
  apiUrl,
  apiKey,
  apiSecretFile,
}: LiveKit): Pick<LiveKit, 'url' | 'apiUrl' | 'apiKey' | 'apiSecretFile'> {
  return { url, apiUrl, apiKey, apiSecretFile };
}

/** This very Node runs them: the stack itself was started under the pinned one. */
function entry(
  path: string,
  configFile: string,
  flags: readonly string[] = [],
): Pick<ProcessSpec, 'command' | 'args' | 'cwd'> {
  const args = [join(PROJECT_ROOT, path), '--config', configFile, ...flags];
  return { command: process.execPath, args, cwd: PROJECT_ROOT };
}
