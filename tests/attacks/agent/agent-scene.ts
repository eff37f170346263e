import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCallId, parseMatrixEventId, type Did } from '@oracle-calls/protocol';
import { parseDid } from '@oracle-calls/protocol/did';
import { AgentDispatchClient, RoomAgentDispatch, RoomServiceClient } from 'livekit-server-sdk';
import { startDidResolver, type DidResolver } from '../../../dev/did-resolver/did-resolver.ts';
import { startLiveKit, type LiveKit } from '../../../dev/livekit/livekit.ts';
import type { ProcessSpec } from '../../../dev/process/supervised-process.ts';
import { AgentSwitch } from '../../../dev/stack/agent-switch.ts';
import { watchLog } from '../../../dev/stack/log-watch.ts';
import { PROJECT_ROOT } from '../../../dev/stack/project.ts';
import { pythonAgentProcess } from '../../../dev/stack/python-agent.ts';
import type { AgentLanguage } from '../../../dev/stack/agent-language.ts';
import { ensurePythonPackageTools } from '../../../dev/toolchain/python-package-venv.ts';
import { ensureToolchain } from '../../../dev/toolchain/toolchain.ts';
import { startVoices } from '../../../dev/voices/voices.ts';
import type { AttackScene, Twin } from '../attack.ts';
import { startLyingSfu, type LyingSfu } from '../lying-sfu/lying-sfu.ts';
import { createOracleParts, type OracleParts } from '../room/oracle-keys.ts';
import type { UserCall } from '../room/user-call.ts';
import { ServerLog } from '../server-log.ts';
import { twinEnvironment } from '../twin/environment.ts';
import type { SourcePatch } from '../twin/source-patch.ts';
import { ScriptedBackend, type ScriptedCall } from './scripted-backend.ts';

const AGENT_NAME = 'agent-under-attack';
/** Vanished users are not what is attacked here. */
const GRACE_MS = 2_000;
/** Loading the models on two busy cores, in ms. */
const MODELS_MAX_MS = 60_000;

interface AgentPlan {
  readonly spec: Omit<ProcessSpec, 'env'>;
  /** Its environment, of which the twin's is a part. */
  readonly env: (inherited: NodeJS.ProcessEnv) => NodeJS.ProcessEnv;
  /** Stands in for the agent's ears. */
  readonly ears: { readonly command: string; readonly script: string };
  /** Resolves once the models are loaded. */
  readonly warm: (signal: AbortSignal) => Promise<void>;
}

interface SceneParts {
  readonly livekit: LiveKit;
  readonly resolver: DidResolver;
  readonly backend: ScriptedBackend;
  readonly sfu: LyingSfu;
  readonly oracle: OracleParts;
  readonly documentsDir: string;
  readonly weightsDir: string;
  readonly log: ServerLog;
}

/** A real agent on a real SFU, between a backend and a relay that say what an attack wants. */
export class AgentScene implements AttackScene {
  readonly livekit: LiveKit;
  readonly backend: ScriptedBackend;
  /** Between agent and SFU. */
  readonly sfu: LyingSfu;
  readonly oracle: OracleParts;
  readonly weightsDir: string;
  readonly log: ServerLog;
  readonly rooms: RoomServiceClient;
  readonly #dispatches: AgentDispatchClient;
  readonly #documentsDir: string;
  readonly #agent: AgentSwitch;
  readonly #plan: AgentPlan;
  readonly #resources: AsyncDisposableStack;
  #patches: readonly SourcePatch[] = [];
  #isRunning = false;

  private constructor(parts: SceneParts, plan: AgentPlan, resources: AsyncDisposableStack) {
    const { livekit } = parts;
    this.livekit = livekit;
    this.backend = parts.backend;
    this.sfu = parts.sfu;
    this.oracle = parts.oracle;
    this.weightsDir = parts.weightsDir;
    this.log = parts.log;
    this.#documentsDir = parts.documentsDir;
    this.rooms = new RoomServiceClient(livekit.apiUrl, livekit.apiKey, livekit.apiSecret);
    this.#dispatches = new AgentDispatchClient(livekit.apiUrl, livekit.apiKey, livekit.apiSecret);
    this.#plan = plan;
    const env = (): NodeJS.ProcessEnv => plan.env(twinEnvironment(this.#patches));
    this.#agent = new AgentSwitch({ ...plan.spec, env }, () => undefined);
    this.#resources = resources;
  }

  static async open(language: AgentLanguage): Promise<AgentScene> {
    const { weightsDir } = await ensureToolchain({ chromium: false });
    if (weightsDir === undefined) throw new Error('There are no model weights.');
    await using opening = new AsyncDisposableStack();
    const dir = await mkdtemp(join(tmpdir(), 'oracle-calls-attack-'));
    opening.defer(() => rm(dir, { recursive: true, force: true }));
    const log = new ServerLog();
    const documentsDir = join(dir, 'documents');
    await mkdir(documentsDir);
    const livekit = opening.use(await startLiveKit({ stateDir: dir }));
    const resolver = opening.use(await startDidResolver({ documentsDir }));
    const backend = opening.use(await new ScriptedBackend().listen());
    const sfu = opening.use(await startLyingSfu(livekit.url));
    const oracle = createOracleParts({
      did: parseDid('did:ixo:oracle-under-attack'),
      matrixUserId: '@oracle:localhost',
      backendUrl: backend.url,
    });
    await writeFile(join(documentsDir, 'oracle.json'), oracle.document);
    const parts = { livekit, resolver, backend, sfu, oracle, documentsDir, weightsDir, log };
    const plan = language === 'node' ? await planAgent(dir, parts) : await planPythonAgent(dir, parts, opening);
    return new AgentScene(parts, plan, opening.move());
  }

  async become(twin: Twin | undefined): Promise<void> {
    this.sfu.respond = this.sfu.request = () => 'forward';
    const wanted = twin?.patches ?? [];
    if (wanted === this.#patches || (wanted.length === 0 && this.#patches.length === 0)) return;
    this.#patches = wanted;
    await this.#stop();
  }

  /** How to run a process of an attack's own that stands in for the agent's ears: as much of a twin as the agent is. */
  get ears(): { readonly command: string; readonly script: string; readonly env: NodeJS.ProcessEnv } {
    return { ...this.#plan.ears, env: this.#plan.env(twinEnvironment(this.#patches)) };
  }

  /** Resolves once this run of the agent can understand what it hears. */
  async understands(): Promise<void> {
    await this.#plan.warm(AbortSignal.timeout(MODELS_MAX_MS));
  }

  /** Publishes the DID document of somebody, or another one than before. */
  async publishDocument(document: { readonly id: string }): Promise<void> {
    const name = Buffer.from(document.id).toString('hex');
    await writeFile(join(this.#documentsDir, `${name}.json`), JSON.stringify(document));
  }

  /**
   * What the backend says of a call: an honest one's, save for `changes`. The agent is dispatched into the call's room, where
   * somebody is expected under `userIdentity`.
   */
  async place(call: UserCall, changes: Partial<ScriptedCall> = {}): Promise<ScriptedCall> {
    const { callType, sessionId, sfuRoomName } = call.facts;
    const room = changes.sfuRoomName ?? sfuRoomName;
    const placed: ScriptedCall = {
      ticket: `ticket-${randomUUID().replaceAll('-', '')}`,
      sfuRoomName: room,
      callId: createCallId(parseMatrixEventId(`$${randomUUID().replaceAll('-', '')}`), room),
      userIdentity: `u-${randomBytes(6).toString('hex')}`,
      callType,
      sessionId,
      encryptionKey: call.sealed.envelopeHex,
      userDid: call.signer.did,
      oracleDid: this.oracle.did,
      ...changes,
    };
    if (!this.#isRunning) await this.#agent.start();
    this.#isRunning = true;
    this.backend.add(placed);
    const agents = [new RoomAgentDispatch({ agentName: AGENT_NAME, metadata: placed.ticket })];
    await this.rooms.createRoom({ name: room, emptyTimeout: 30, departureTimeout: 30, agents });
    return placed;
  }

  /** Sends another agent into the room of a call. */
  async dispatchAgain(call: ScriptedCall): Promise<void> {
    await this.#dispatches.createDispatch(call.sfuRoomName, AGENT_NAME, { metadata: call.ticket });
  }

  /** Where participants of a call's room sit; they reach the SFU itself. */
  seatIn({ sfuRoomName, userIdentity }: ScriptedCall): {
    readonly url: string;
    readonly apiKey: string;
    readonly apiSecret: string;
    readonly sfuRoomName: string;
    readonly identity: string;
  } {
    const { url, apiKey, apiSecret } = this.livekit;
    return { url, apiKey, apiSecret, sfuRoomName, identity: userIdentity };
  }

  /** A user's DID that is nobody's yet. */
  newDid(): Did {
    return parseDid(`did:ixo:user-${randomBytes(6).toString('hex')}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
    await this.#resources.disposeAsync();
  }

  async #stop(): Promise<void> {
    await this.#agent.stop();
    this.#isRunning = false;
  }
}

/** The secrets of an agent, in files. */
async function agentFiles(
  dir: string,
  oracle: OracleParts,
): Promise<{ readonly apiKeyFile: string; readonly oracleKeyFile: string; readonly trustStoreFile: string }> {
  await mkdir(join(dir, 'trust'), { mode: 0o700 });
  return {
    apiKeyFile: await writeSecret(dir, 'agent-api-key', randomUUID()),
    oracleKeyFile: await writeSecret(dir, 'oracle.key.json', oracle.keyFile),
    trustStoreFile: join(dir, 'trust', 'trust.db'),
  };
}

async function writeSecret(dir: string, name: string, text: string): Promise<string> {
  await writeFile(join(dir, name), text, { mode: 0o600 });
  return join(dir, name);
}

/** How to run the agent, from a configuration that is written here. */
async function planAgent(dir: string, parts: SceneParts): Promise<AgentPlan> {
  const { livekit, backend, sfu, oracle, resolver, weightsDir, log } = parts;
  const config = {
    oracleDid: oracle.did,
    backendUrl: backend.url,
    ...(await agentFiles(dir, oracle)),
    didResolverUrl: resolver.baseUrl,
    allowPrivateAddresses: true,
    sfu: { url: sfu.url, apiKey: livekit.apiKey, apiSecretFile: livekit.apiSecretFile },
    agentName: AGENT_NAME,
    weightsDir,
    warmProcesses: 1,
    drainSeconds: 0,
    graceMs: GRACE_MS,
  };
  const configFile = await writeSecret(dir, 'agent.json', JSON.stringify(config));
  const watch = watchLog((line) => log.add('agent', line));
  const spec: AgentPlan['spec'] = {
    name: 'agent',
    command: process.execPath,
    args: [join(PROJECT_ROOT, 'apps/oracle/src/agent-main.ts'), '--config', configFile],
    cwd: PROJECT_ROOT,
    log: watch.log,
    ready: (signal) => {
      watch.reset();
      return watch.stated('worker registered', signal);
    },
  };
  return {
    spec,
    env: (inherited) => inherited,
    ears: { command: process.execPath, script: fileURLToPath(new URL('./early-ears.ts', import.meta.url)) },
    warm: (signal) => watch.stated('models loaded', signal),
  };
}

/** The same for the agent in Python, which hears and speaks by voices that are started here. */
async function planPythonAgent(dir: string, parts: SceneParts, opening: AsyncDisposableStack): Promise<AgentPlan> {
  const { livekit, backend, sfu, oracle, resolver, weightsDir, log } = parts;
  const python = await ensurePythonPackageTools();
  const voices = opening.use(await startVoices({ weightsDir }));
  const { apiKeyFile, oracleKeyFile: keyFile, trustStoreFile } = await agentFiles(dir, oracle);
  const { env, ...spec } = pythonAgentProcess(
    {
      python,
      sfu: { url: sfu.url, apiKey: livekit.apiKey, apiSecret: livekit.apiSecret },
      agentName: AGENT_NAME,
      voicesUrl: voices.url,
      oracleDid: oracle.did,
      backendUrl: backend.url,
      didResolverUrl: resolver.baseUrl,
      apiKeyFile,
      keyFile,
      trustStoreFile,
      graceMs: GRACE_MS,
    },
    (line) => log.add('agent', line),
  );
  const ears = { command: python, script: join(PROJECT_ROOT, 'python/tests/twin/early_ears.py') };
  return { spec, env, ears, warm: () => Promise.resolve() };
}
