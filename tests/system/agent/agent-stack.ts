import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createSfuRoomName, systemClock } from '@oracle-calls/protocol';
import type { CallSigner } from '@oracle-calls/protocol/signing';
import { RoomAgentDispatch, RoomServiceClient } from 'livekit-server-sdk';
import { startDidResolver } from '../../../dev/did-resolver/did-resolver.ts';
import { startLiveKit } from '../../../dev/livekit/livekit.ts';
import type { LiveKit } from '../../../dev/livekit/livekit.ts';
import { ensureWeights } from '../../../dev/models/weights.ts';
import type { AgentLanguage } from '../../../dev/stack/agent-language.ts';
import { pythonAgentProcess } from '../../../dev/stack/python-agent.ts';
import { ensurePythonPackageTools } from '../../../dev/toolchain/python-package-venv.ts';
import { toolCacheDir } from '../../../dev/toolchain/tool-cache.ts';
import { startVoices } from '../../../dev/voices/voices.ts';
import { FakeBackend } from './fake-backend.ts';
import type { ScriptedCall } from './fake-backend.ts';
import { makeOracle } from './oracle-under-test.ts';
import type { OracleKeySet, OracleUnderTest } from './oracle-under-test.ts';
import { until } from './until.ts';

const AGENT_NAME = 'oracle-under-test';
const AGENT_MAIN = fileURLToPath(new URL('../../../apps/oracle/src/agent-main.ts', import.meta.url));

/** One line of the agent's log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string };

export interface AgentStackOptions {
  /** In which language the agent is written. Default `node`. */
  readonly language?: AgentLanguage;
  readonly graceMs: number;
  readonly warmProcesses?: number;
  readonly olderProtocol?: 'refuse' | 'allow';
  readonly keySet?: OracleKeySet;
  /** Address of the SFU as the agent is told it; a lying one in front of the real. */
  readonly agentSfuUrl?: (sfu: LiveKit) => string | Promise<string>;
  readonly rekeySeconds?: number;
  /** How long calls may go on once the agent was told to stop. Default 0. */
  readonly drainSeconds?: number;
  /** More Node flags for the agent: a twin of the attack suite patches its source with them. */
  readonly nodeFlags?: readonly string[];
}

export interface DispatchOptions {
  readonly signer?: CallSigner;
  readonly protocol?: 'strict' | 'older';
}

interface AgentCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

interface StackParts {
  readonly sfu: LiveKit;
  readonly backend: FakeBackend;
  readonly oracle: OracleUnderTest;
  readonly weightsDir: string;
  readonly documentsDir: string;
  readonly trustStoreFile: string;
  readonly agentApiKey: string;
}

/** Real LiveKit, a real DID resolver, the real agent worker, and a scripted backend between them. */
export class AgentStack implements AsyncDisposable {
  readonly sfu: LiveKit;
  readonly backend: FakeBackend;
  readonly oracle: OracleUnderTest;
  readonly weightsDir: string;
  /** Where DID documents are published, `name.json` each. */
  readonly documentsDir: string;
  readonly trustStoreFile: string;
  readonly log: LogLine[] = [];
  /** Long-lived secrets that the agent was given. */
  readonly secrets: readonly string[];
  /** The agent's output as text, for searching. */
  output = '';
  readonly #rooms: RoomServiceClient;
  readonly #agent: ChildProcess;
  readonly #cleanUp: AsyncDisposableStack;

  private constructor(parts: StackParts, agent: ChildProcess, cleanUp: AsyncDisposableStack) {
    const { sfu, backend, oracle, weightsDir, documentsDir, trustStoreFile, agentApiKey } = parts;
    this.sfu = sfu;
    this.backend = backend;
    this.oracle = oracle;
    this.weightsDir = weightsDir;
    this.documentsDir = documentsDir;
    this.trustStoreFile = trustStoreFile;
    this.secrets = [agentApiKey, sfu.apiSecret, ...Object.values(oracle.secrets)];
    this.#agent = agent;
    this.#cleanUp = cleanUp;
    this.#rooms = new RoomServiceClient(sfu.apiUrl, sfu.apiKey, sfu.apiSecret);
  }

  static async start(options: AgentStackOptions): Promise<AgentStack> {
    const { keySet, agentSfuUrl = ({ url }) => url, nodeFlags = [], language = 'node', ...settings } = options;
    await using opened = new AsyncDisposableStack();
    const dir = await mkdtemp(join(tmpdir(), 'oracle-calls-agent-'));
    opened.defer(() => rm(dir, { recursive: true, force: true }));
    const weightsDir = await ensureWeights(toolCacheDir(), () => undefined);
    const sfu = opened.use(await startLiveKit({ stateDir: dir }));
    const documentsDir = join(dir, 'did-documents');
    const resolver = opened.use(await startDidResolver({ documentsDir }));
    const agentApiKey = crypto.randomUUID();
    const backend = opened.use(await new FakeBackend(agentApiKey).listen());
    const oracle = await makeOracle(documentsDir, backend.url, keySet);
    const trustStoreFile = join(dir, 'trust', 'trust.db');
    const file = async (name: string, text: string): Promise<string> => {
      await writeFile(join(dir, name), text, { mode: 0o600 });
      return join(dir, name);
    };
    const secretFiles = {
      apiKeyFile: await file('agent-api-key', agentApiKey),
      oracleKeyFile: await file('oracle.key.json', oracle.keyFileText),
      trustStoreFile,
    };
    const common = { oracleDid: oracle.did, backendUrl: backend.url, didResolverUrl: resolver.baseUrl };
    const inNode = async (): Promise<AgentCommand> => {
      const config = await file(
        'agent.json',
        JSON.stringify({
          ...common,
          ...secretFiles,
          allowPrivateAddresses: true,
          sfu: { url: await agentSfuUrl(sfu), apiKey: sfu.apiKey, apiSecretFile: sfu.apiSecretFile },
          agentName: AGENT_NAME,
          weightsDir,
          drainSeconds: 0,
          ...settings,
        }),
      );
      return { command: process.execPath, args: [...nodeFlags, AGENT_MAIN, '--config', config], env: process.env };
    };
    const inPython = async (): Promise<AgentCommand> => {
      const { oracleKeyFile: keyFile, ...files } = secretFiles;
      await mkdir(dirname(trustStoreFile), { mode: 0o700 });
      const { command, args, env } = pythonAgentProcess(
        {
          ...common,
          ...files,
          ...settings,
          keyFile,
          python: await ensurePythonPackageTools(),
          sfu: { url: await agentSfuUrl(sfu), apiKey: sfu.apiKey, apiSecret: sfu.apiSecret },
          agentName: AGENT_NAME,
          voicesUrl: opened.use(await startVoices({ weightsDir })).url,
        },
        () => undefined,
      );
      return { command, args, env: env(process.env) };
    };
    const { command, args, env } = language === 'python' ? await inPython() : await inNode();
    const agent = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env, detached: true });
    opened.defer(() => stop(agent));
    const parts = { sfu, backend, oracle, weightsDir, documentsDir, trustStoreFile, agentApiKey };
    const stack = new AgentStack(parts, agent, opened.move());
    stack.#read();
    try {
      await stack.logged('worker registered');
    } catch (cause) {
      await stack[Symbol.asyncDispose]();
      throw new Error(`The agent did not start:\n${stack.output}`, { cause });
    }
    return stack;
  }

  /** Makes the SFU room with the agent dispatched, as the backend does when it gives out a join token. */
  async dispatch(
    script: (call: ScriptedCall) => unknown = () => undefined,
    { signer, protocol = 'strict' }: DispatchOptions = {},
  ): Promise<ScriptedCall> {
    const sfuRoomName = createSfuRoomName();
    const call =
      protocol === 'older'
        ? this.backend.addOlderCall(this.oracle, sfuRoomName)
        : await this.backend.addCall(this.oracle, sfuRoomName, signer);
    await script(call);
    const agents = [new RoomAgentDispatch({ agentName: AGENT_NAME, metadata: call.ticket })];
    await this.#rooms.createRoom({ name: call.sfuRoomName, emptyTimeout: 30, departureTimeout: 30, agents });
    return call;
  }

  /** Tells the agent to stop; resolves with its exit code once it is gone. */
  async stopAgent(): Promise<number | null> {
    const exited = once(this.#agent, 'exit');
    this.#agent.kill('SIGTERM');
    const [code] = (await exited) as [number | null];
    return code;
  }

  /** The processes that the agent has started, by their parent. */
  async childPids(): Promise<readonly number[]> {
    const children = await readFile(
      `/proc/${String(this.#agent.pid)}/task/${String(this.#agent.pid)}/children`,
      'utf8',
    );
    return children.trim().split(' ').map(Number);
  }

  get rooms(): RoomServiceClient {
    return this.#rooms;
  }

  /** Waits for a log line with this message, after the first `from` lines. */
  async logged(msg: string, from = 0, matches: (line: LogLine) => boolean = () => true): Promise<LogLine> {
    let found: LogLine | undefined;
    await until(() => {
      found = this.log.slice(from).find((line) => line.msg === msg && matches(line));
      return found !== undefined;
    }, `log line "${msg}"`);
    if (found === undefined) throw new Error('unreachable');
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cleanUp.disposeAsync();
  }

  #read(): void {
    const { stdout, stderr } = this.#agent;
    if (stdout === null || stderr === null) throw new Error('no output');
    for (const stream of [stdout, stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        this.output += `${line}\n`;
        if (process.env['AGENT_LOG'] !== undefined) console.log(line);
        try {
          this.log.push(JSON.parse(line) as LogLine);
        } catch {
          // A library's own complaint: kept in `output`.
        }
      });
    }
  }
}

async function stop(agent: ChildProcess): Promise<void> {
  if (agent.exitCode !== null || agent.signalCode !== null) return;
  const exited = once(agent, 'exit');
  agent.kill('SIGTERM');
  const giveUp = new AbortController();
  // With everything that it has started and not ended.
  const killGroup = (): boolean => process.kill(-Number(agent.pid), 'SIGKILL');
  const overdue = systemClock.sleep(20_000, { signal: giveUp.signal }).then(killGroup);
  await exited;
  giveUp.abort(new Error('stopped'));
  await overdue.catch(() => undefined);
}
