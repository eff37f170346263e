import { delimiter, join } from 'node:path';
import { keptSecret, privateDir, writePrivate } from '../process/private-file.ts';
import { RECORDS_FOLDER } from '../process/process-record.ts';
import type { LogLine, ProcessSpec } from '../process/supervised-process.ts';
import { ensurePythonPackageTools } from '../toolchain/python-package-venv.ts';
import { startVoices } from '../voices/voices.ts';
import { watchLog } from './log-watch.ts';
import { AGENT_NAME_FILE, AGENT_READY_MS, AGENT_STOP_GRACE_MS } from './oracle-processes.ts';
import type { AgentPlan, OracleParts } from './oracle-processes.ts';
import { PROJECT_ROOT } from './project.ts';

/** The oracle in Python that stacks run: the one of `docs/bring-your-python-oracle.md`. */
const ORACLE = 'python/examples/capitals.py';

/** What an oracle in Python has to know of its stack, below the stack's state. */
const ENVIRONMENT_FILE = 'python.env';

/** An oracle's agent in Python, and what it hears and speaks by. */
export interface PythonAgentPlan extends AgentPlan, AsyncDisposable {}

export interface PythonAgentParts {
  /** Of this Python's packages, `livekit-agents` is one. */
  readonly python: string;
  readonly sfu: { readonly url: string; readonly apiKey: string; readonly apiSecret: string };
  readonly agentName: string;
  readonly voicesUrl: string;
  readonly oracleDid: string;
  readonly backendUrl: string;
  readonly didResolverUrl: string;
  readonly apiKeyFile: string;
  readonly keyFile: string;
  readonly trustStoreFile: string;
  readonly olderProtocol?: 'allow' | 'refuse' | undefined;
  readonly graceMs?: number | undefined;
  readonly drainSeconds?: number | undefined;
}

/** How to run the oracle of {@link ORACLE}, in an environment that it inherits save for what is said here. */
export function pythonAgentProcess(
  parts: PythonAgentParts,
  log: LogLine,
): Pick<ProcessSpec, 'name' | 'command' | 'args' | 'cwd' | 'log' | 'ready'> & {
  readonly env: (inherited: NodeJS.ProcessEnv) => NodeJS.ProcessEnv;
} {
  const watch = watchLog(log);
  return {
    name: 'agent',
    command: parts.python,
    args: ['-m', 'livekit.agents', 'start', join(PROJECT_ROOT, ORACLE)],
    cwd: PROJECT_ROOT,
    log: watch.log,
    ready: (signal) => {
      watch.reset();
      return watch.stated('worker registered', signal);
    },
    env: (inherited) => ({
      ...inherited,
      ...environmentOf(parts),
      PYTHONPATH: [join(PROJECT_ROOT, 'python/src'), inherited['PYTHONPATH']].filter(Boolean).join(delimiter),
      PYTHONDONTWRITEBYTECODE: '1',
    }),
  };
}

function environmentOf(parts: PythonAgentParts): NodeJS.ProcessEnv {
  const { sfu, olderProtocol, graceMs, drainSeconds = 0 } = parts;
  return {
    LIVEKIT_URL: sfu.url,
    LIVEKIT_API_KEY: sfu.apiKey,
    LIVEKIT_API_SECRET: sfu.apiSecret,
    LIVEKIT_AGENT_NAME: parts.agentName,
    VOICES_URL: parts.voicesUrl,
    ORACLE_CALLS_ORACLE_DID: parts.oracleDid,
    ORACLE_CALLS_BACKEND_URL: parts.backendUrl,
    ORACLE_CALLS_DID_RESOLVER_URL: parts.didResolverUrl,
    // The resolver and everything else of a stack are on loopback.
    ORACLE_CALLS_ALLOW_PRIVATE_ADDRESSES: 'true',
    ORACLE_CALLS_API_KEY_FILE: parts.apiKeyFile,
    ORACLE_CALLS_KEY_FILE: parts.keyFile,
    ORACLE_CALLS_TRUST_STORE_FILE: parts.trustStoreFile,
    ORACLE_CALLS_DRAIN_MS: String(1_000 * drainSeconds),
    ...(olderProtocol === undefined ? {} : { ORACLE_CALLS_OLDER_PROTOCOL: olderProtocol }),
    ...(graceMs === undefined ? {} : { ORACLE_CALLS_GRACE_MS: String(graceMs) }),
  };
}

/** Variables as a shell reads them from a file. */
export function environmentFile(environment: NodeJS.ProcessEnv): string {
  const quoted = (value: string): string => `'${value.replaceAll("'", String.raw`'\''`)}'`;
  return Object.entries(environment)
    .map(([name, value = '']) => `${name}=${quoted(value)}\n`)
    .join('');
}

/** As `planAgent`, for the oracle in Python. Starts the voices, which are as much a part of it as the models are of the other. */
export async function planPythonAgent(
  parts: OracleParts & { readonly olderProtocol: 'allow' | 'refuse' },
  environment: () => NodeJS.ProcessEnv,
  log: LogLine,
): Promise<PythonAgentPlan> {
  const { stateDir, livekit, identity, signal } = parts;
  const python = await ensurePythonPackageTools({ signal });
  await privateDir(join(stateDir, 'agent'));
  const trustStoreFile = join(await privateDir(join(stateDir, 'agent', 'python-trust')), 'trust.db');
  await using opening = new AsyncDisposableStack();
  const voices = opening.use(await startVoices({ weightsDir: parts.weightsDir }));
  const agent: PythonAgentParts = {
    python,
    sfu: { url: livekit.url, apiKey: livekit.apiKey, apiSecret: livekit.apiSecret },
    agentName: await keptSecret(join(stateDir, AGENT_NAME_FILE)),
    voicesUrl: voices.url,
    oracleDid: identity.did,
    backendUrl: parts.backendUrl,
    didResolverUrl: parts.didResolverUrl,
    apiKeyFile: identity.agentKeyFile,
    keyFile: identity.keyFile,
    trustStoreFile,
    olderProtocol: parts.olderProtocol,
    drainSeconds: parts.drainSeconds.agent,
  };
  // For an oracle that somebody starts by hand.
  await writePrivate(join(stateDir, 'agent', ENVIRONMENT_FILE), environmentFile(environmentOf(agent)));
  const { env, ...spec } = pythonAgentProcess(agent, log);
  const resources = opening.move();
  return {
    spec: {
      ...spec,
      env: () => env(environment()),
      readyTimeoutMs: AGENT_READY_MS,
      stopGraceMs: AGENT_STOP_GRACE_MS,
      recordDir: join(stateDir, RECORDS_FOLDER),
      signal,
    },
    // Its models are loaded before it is: the voices listen, and a registered worker has a process that waits.
    warm: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
