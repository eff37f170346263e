import { join } from 'node:path';
import { ROUTES } from '@oracle-calls/protocol/http';
import * as v from 'valibot';
import type { LiveKit } from '../livekit/livekit.ts';
import { httpReady } from '../process/http-ready.ts';
import { privateDir, writePrivate } from '../process/private-file.ts';
import { RECORDS_FOLDER } from '../process/process-record.ts';
import type { LogLine, ProcessSpec } from '../process/supervised-process.ts';
import type { Synapse } from '../synapse/synapse.ts';
import type { Accounts } from './accounts.ts';
import type { OracleIdentity } from './oracle-identity.ts';
import { PROJECT_ROOT } from './project.ts';

/** What LiveKit knows the oracle's workers by. */
export const AGENT_NAME = 'demo-oracle';
/** The backend's database and Matrix store, below the state folder. */
export const BACKEND_FOLDER = 'backend';

const AGENT_KEY_ID = 'dev-agent';

/** An agent ends its calls before it stops, for which it takes 12 s at most. */
const AGENT_STOP_GRACE_MS = 14_000;
/** Loading three models on two busy cores. */
const AGENT_READY_MS = 120_000;

export interface OracleParts {
  readonly stateDir: string;
  readonly backendUrl: string;
  readonly synapse: Synapse;
  readonly livekit: LiveKit;
  readonly accounts: Accounts;
  readonly identity: OracleIdentity;
  readonly weightsDir: string;
  readonly signal: AbortSignal | undefined;
}

/** Writes the backend's configuration; how to run it. */
export async function backendSpec(
  parts: OracleParts & { readonly pageUrls: readonly string[] },
  log: LogLine,
): Promise<ProcessSpec> {
  const { stateDir, backendUrl, synapse, livekit, accounts, identity } = parts;
  const dir = await privateDir(join(stateDir, BACKEND_FOLDER));
  const configFile = join(dir, 'backend.json');
  const config = {
    listen: { host: '127.0.0.1', port: Number(new URL(backendUrl).port) },
    oracleDid: identity.did,
    matrix: {
      homeserverUrl: synapse.baseUrl,
      userId: accounts.oracle.userId,
      passwordFile: accounts.oracle.passwordFile,
      storeDir: await privateDir(join(dir, 'matrix')),
      allowedServers: { [synapse.serverName]: synapse.baseUrl },
    },
    sfu: sfuConfig(livekit),
    databaseFile: join(dir, 'calls.db'),
    agentKeys: [{ id: AGENT_KEY_ID, oracleDid: identity.did, sha256: identity.agentKeySha256 }],
    agentName: AGENT_NAME,
    corsOrigins: parts.pageUrls,
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

/** Writes the agent's configuration; how to run it. It is ready once LiveKit will send it calls. */
export async function agentSpec(parts: OracleParts, log: LogLine): Promise<ProcessSpec> {
  const { stateDir, backendUrl, livekit, identity, weightsDir } = parts;
  const configFile = join(await privateDir(join(stateDir, 'agent')), 'agent.json');
  const { url, apiKey, apiSecretFile } = sfuConfig(livekit);
  const config = {
    oracleDid: identity.did,
    backendUrl,
    apiKeyFile: identity.agentKeyFile,
    oracleKeyFile: identity.keyFile,
    sfu: { url, apiKey, apiSecretFile },
    agentName: AGENT_NAME,
    weightsDir,
  };
  await writePrivate(configFile, `${JSON.stringify(config, null, 2)}\n`);
  const watch = watchFor('worker registered', log);
  return {
    name: 'agent',
    ...entry('apps/oracle/src/agent-main.ts', configFile),
    log: watch.log,
    ready: watch.ready,
    readyTimeoutMs: AGENT_READY_MS,
    stopGraceMs: AGENT_STOP_GRACE_MS,
    recordDir: join(stateDir, RECORDS_FOLDER),
    signal: parts.signal,
  };
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
function entry(path: string, configFile: string): Pick<ProcessSpec, 'command' | 'args' | 'cwd'> {
  return { command: process.execPath, args: [join(PROJECT_ROOT, path), '--config', configFile], cwd: PROJECT_ROOT };
}

interface LogWatch {
  readonly log: LogLine;
  readonly ready: () => Promise<void>;
}

/** Ready when the log states the fact `msg`, looked for anew after each start. */
function watchFor(msg: string, log: LogLine): LogWatch {
  let seen = Promise.withResolvers<void>();
  return {
    log(line) {
      if (isFact(line, msg)) seen.resolve();
      log(line);
    },
    ready() {
      seen = Promise.withResolvers();
      return seen.promise;
    },
  };
}

const factSchema = v.object({ msg: v.string() });

function isFact(line: string, msg: string): boolean {
  if (!line.includes(msg)) return false;
  try {
    const parsed = v.safeParse(factSchema, JSON.parse(line));
    return parsed.success && parsed.output.msg === msg;
  } catch {
    return false;
  }
}
