import { fileURLToPath } from 'node:url';
import { AgentServer, initializeLogger, InferenceRunner, ServerOptions, WorkerPermissions } from '@livekit/agents';
import { OracleCallError, systemClock } from '@oracle-calls/protocol';
import type { BearerSecret, Logger } from '@oracle-calls/protocol';
import { silentMetrics } from '@oracle-calls/telemetry';
import { readBearerFile } from '../identity/oracle-key.ts';
import { createBackendClient } from '../job/backend/backend-client.ts';
import type { StandbyPort } from '../job/backend/backend-port.ts';
import { JOB_SETTINGS_VARIABLE } from '../job/job-settings.ts';
import type { JobSettings } from '../job/job-settings.ts';
import type { OracleSettings } from '../oracle/brain-settings.ts';
import { SPEECH_SOCKET_VARIABLE, startSpeechHost } from '../speech-host/speech-host.ts';
import type { AgentMetrics } from '../telemetry/agent-metrics.ts';
import { HandedCalls } from './handed-calls.ts';
import { answerJob } from './job-answer.ts';
import { LostJobs, watchJobProcesses } from './lost-jobs.ts';
import { createProbeAnswer, createSeatRemoval } from './seat-removal.ts';
import { Standby } from './standby.ts';
import { StartDelay } from './start-delay.ts';
import { WorkerDrain } from './worker-drain.ts';
import type { DrainOptions, DrainOutcome } from './worker-drain.ts';

/** Two processes wait for calls: one for the next, one for who comes right after. */
export const WARM_PROCESSES = 2;
/** Calls that one worker holds at a time. A spoken call keeps about a third of a core busy; more calls, more workers. */
export const MAX_CALLS = 4;

/** LiveKit's `agents.target_load`: it gives no job to a worker at or above this load, so that is what "full" means here. */
const TARGET_LOAD = 0.7;

/** Starting Node and the media library on a busy machine; the models are not loaded there. */
const INITIALISE_MAX_MS = 60_000;
/** A stopping job tells the backend and leaves within this time. */
const JOB_STOP_MAX_MS = 8_000;

export interface AgentWorkerOptions {
  readonly sfu: { readonly url: string; readonly apiKey: string; readonly apiSecret: BearerSecret };
  /** The name under which the backend dispatches. */
  readonly agentName: string;
  readonly job: JobSettings;
  /** Folder with the local models, as `dev/models` fills it. */
  readonly weightsDir: string;
  /** What talks; the demonstration brain when absent. */
  readonly oracle?: OracleSettings | undefined;
  /** For development: reads the oracle anew whenever its files change. */
  readonly reloadsOracle?: boolean | undefined;
  readonly log: Logger;
  readonly warmProcesses?: number | undefined;
  readonly maxCalls?: number | undefined;
  /** Silent when absent. Jobs tell what to count when `job.isMeasured` says so. */
  readonly metrics?: AgentMetrics | undefined;
}

/** A worker: waits for dispatches of one SFU and holds each call in a process of its own. */
export interface AgentWorker extends AsyncDisposable {
  /** Resolves once the SFU knows the worker and will give it calls. */
  readonly registered: Promise<void>;
  /** Settles when the worker has stopped; rejects when it lost the SFU for good. */
  readonly stopped: Promise<void>;
  /** Takes no more calls and waits, within bounds, until those it has are over. Ends none: `close` does. */
  drain(options: DrainOptions): Promise<DrainOutcome>;
  /** Takes no more calls, ends those it has, stops every process it started. Idempotent. */
  close(): Promise<void>;
}

/** Starts a worker and its speech host. Its job processes inherit the environment, where they find the settings. */
export function startAgentWorker(options: AgentWorkerOptions): AgentWorker {
  const { sfu, agentName, job, weightsDir, log, warmProcesses = WARM_PROCESSES, maxCalls = MAX_CALLS } = options;
  const { metrics = silentMetrics, oracle = {}, reloadsOracle = false } = options;
  // Errors only: below that the framework logs whole jobs, ticket included.
  initializeLogger({ pretty: false, level: 'error' });
  // rtc-node prints debug lines to stdout unless it is told that this is production.
  process.env['NODE_ENV'] ??= 'production';
  process.env[JOB_SETTINGS_VARIABLE] = JSON.stringify(job);
  const speechHost = startSpeechHost({ weightsDir, maxCalls, oracle, reloadsOracle, clock: systemClock, log });
  process.env[SPEECH_SOCKET_VARIABLE] = speechHost.socketPath;
  declineTurnDetector();
  const watch = watchJobProcesses(new LostJobs({ removal: createSeatRemoval(sfu), clock: systemClock, log }), metrics);
  const delay = new StartDelay(warmProcesses, systemClock);
  const probeAnswer = createProbeAnswer(sfu);
  preloadLateStart();
  const drain = new WorkerDrain({ server: () => server, clock: systemClock, log });
  const server = new AgentServer(
    new ServerOptions({
      agent: fileURLToPath(new URL('../job/entry.ts', import.meta.url)),
      agentName,
      wsURL: sfu.url,
      apiKey: sfu.apiKey,
      apiSecret: sfu.apiSecret.expose(),
      // Health answers on loopback, on a port that the system picks: several workers share a machine.
      host: '127.0.0.1',
      port: 0,
      numIdleProcesses: warmProcesses,
      initializeProcessTimeout: INITIALISE_MAX_MS,
      shutdownProcessTimeout: JOB_STOP_MAX_MS,
      // An agent may speak, listen and send the frames of the key exchange. It may not write metadata, whatever a library tries.
      permissions: new WorkerPermissions(true, true, true, false),
      loadFunc: (worker) => Promise.resolve((TARGET_LOAD * worker.activeJobs.length) / maxCalls),
      loadThreshold: TARGET_LOAD,
      requestFunc: (request) => answerJob(request, { handed, drain, delay, probeAnswer, metrics, log }),
      logLevel: 'error',
    }),
  );
  withoutAttributes(server);
  const handed = new HandedCalls(server.event, systemClock);
  let standby: Standby | undefined;
  const registered = new Promise<void>((resolve) => {
    server.event.once('worker_registered', () => {
      log.info('worker registered', { agentName });
      resolve();
      if (drain.state === 'draining') return;
      standby ??= new Standby({
        backend: standbyAt(job),
        load: () => server.activeJobs.length / maxCalls,
        take: (call) => drain.promise(handed.request(call)),
        clock: systemClock,
        log,
      });
    });
  });
  const stopped = server.run();
  // Whoever waits on `stopped` sees it; here it only must not be an unhandled rejection.
  stopped.catch(() => log.error('worker lost the SFU'));
  let closing: Promise<void> | undefined;
  // The host last: calls speak until they have ended.
  const stop = async (): Promise<void> => {
    try {
      await standby?.close();
      await server.close();
    } finally {
      watch[Symbol.dispose]();
      await speechHost.close();
    }
  };
  const close = (): Promise<void> => (closing ??= stop());
  const drainCalls = async (how: DrainOptions): Promise<DrainOutcome> => {
    const draining = drain.run(how);
    // Not waited for: a call that it is just taking is one that the drain waits for.
    void standby?.close();
    return await draining;
  };
  return { registered, stopped, drain: drainCalls, close, [Symbol.asyncDispose]: close };
}

/** The backend, for a worker that waits: the key is read when it first asks. */
function standbyAt({ backendUrl, apiKeyFile }: JobSettings): StandbyPort {
  let client: Promise<StandbyPort> | undefined;
  return {
    async standby(load, options) {
      client ??= readBearerFile(apiKeyFile, 'agent API key').then((key) => createBackendClient(backendUrl, key));
      return (await client).standby(load, options);
    },
  };
}

/**
 * The framework stamps the agent's name on every participant, for all in the room to read: take it off again.
 * LiveKit 1.13 itself still shows the dispatch name as `lk.agent_name`, so the name should say nothing.
 */
function withoutAttributes(server: AgentServer): void {
  server.event.prependListener('worker_msg', (sent: unknown) => {
    const body: unknown = Reflect.get(Object(sent), 'message');
    const value: unknown = Reflect.get(Object(body), 'value');
    if (typeof value === 'object' && value !== null && 'participantAttributes' in value)
      value.participantAttributes = {};
  });
}

/** Job processes are forks: they get this process's Node flags. */
function preloadLateStart(): void {
  const preload = new URL('./late-start.ts', import.meta.url).href;
  if (!process.execArgv.includes(preload)) process.execArgv.push('--import', preload);
}

/** What the framework calls its own turn detector. */
const TURN_DETECTOR = 'lk_eot_audio';

/**
 * Keeps the framework from starting a process with its turn detector, which this agent does not use. The framework
 * starts one when its table has an enumerable entry, and adds the entry only when there is none: so an entry that is not.
 */
function declineTurnDetector(): void {
  if (TURN_DETECTOR in InferenceRunner.registeredRunners) return;
  const isAdded = Reflect.defineProperty(InferenceRunner.registeredRunners, TURN_DETECTOR, { value: 'declined' });
  if (!isAdded) throw new OracleCallError('ERR_INTERNAL', 'The turn detector cannot be declined.');
}
