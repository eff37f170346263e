import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createOracleKeyPair, encodeOracleKeyFile } from '@oracle-calls/protocol/envelope';
import { createSfuRoomName, parseWith, systemClock } from '@oracle-calls/protocol';
import { didSchema } from '@oracle-calls/protocol';
import { RoomAgentDispatch, RoomServiceClient } from 'livekit-server-sdk';
import { startLiveKit } from '../../../dev/livekit/livekit.ts';
import type { LiveKit } from '../../../dev/livekit/livekit.ts';
import { ensureWeights } from '../../../dev/models/weights.ts';
import { toolCacheDir } from '../../../dev/toolchain/tool-cache.ts';
import { FakeBackend } from './fake-backend.ts';
import type { ScriptedCall } from './fake-backend.ts';

const AGENT_NAME = 'oracle-under-test';
const AGENT_MAIN = fileURLToPath(new URL('../../../apps/oracle/src/agent-main.ts', import.meta.url));
/** A worker on a busy machine has its processes up within this time. */
const WAIT_MAX_MS = 60_000;

/** One line of the agent's log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string };

/** Real LiveKit, the real agent worker, and a scripted backend between them. */
export class AgentStack implements AsyncDisposable {
  readonly sfu: LiveKit;
  readonly backend: FakeBackend;
  readonly weightsDir: string;
  readonly log: LogLine[] = [];
  /** Long-lived secrets that the agent was given. */
  readonly secrets: readonly string[];
  /** The agent's output as text, for searching. */
  output = '';
  readonly #rooms: RoomServiceClient;
  readonly #publicKey: Uint8Array;
  readonly #agent: ChildProcess;
  readonly #cleanUp: AsyncDisposableStack;

  private constructor(
    sfu: LiveKit,
    backend: FakeBackend,
    weightsDir: string,
    publicKey: Uint8Array,
    agent: ChildProcess,
    secrets: readonly string[],
    cleanUp: AsyncDisposableStack,
  ) {
    this.secrets = secrets;
    this.sfu = sfu;
    this.backend = backend;
    this.weightsDir = weightsDir;
    this.#publicKey = publicKey;
    this.#agent = agent;
    this.#cleanUp = cleanUp;
    this.#rooms = new RoomServiceClient(sfu.apiUrl, sfu.apiKey, sfu.apiSecret);
  }

  static async start(options: { readonly graceMs: number; readonly warmProcesses?: number }): Promise<AgentStack> {
    await using opened = new AsyncDisposableStack();
    const dir = await mkdtemp(join(tmpdir(), 'oracle-calls-agent-'));
    opened.defer(() => rm(dir, { recursive: true, force: true }));
    const weightsDir = await ensureWeights(toolCacheDir(), () => undefined);
    const sfu = opened.use(await startLiveKit({ stateDir: dir }));
    const oracleDid = parseWith(didSchema, 'did:example:oracle');
    const apiKey = crypto.randomUUID();
    const backend = opened.use(await new FakeBackend(apiKey, oracleDid).listen());
    const { privateKey, publicKey } = createOracleKeyPair();
    const file = async (name: string, text: string): Promise<string> => {
      await writeFile(join(dir, name), text, { mode: 0o600 });
      return join(dir, name);
    };
    const config = await file(
      'agent.json',
      JSON.stringify({
        oracleDid,
        backendUrl: backend.url,
        apiKeyFile: await file('agent-api-key', apiKey),
        oracleKeyFile: await file('oracle.key.json', encodeOracleKeyFile(oracleDid, privateKey)),
        sfu: { url: sfu.url, apiKey: sfu.apiKey, apiSecretFile: sfu.apiSecretFile },
        agentName: AGENT_NAME,
        weightsDir,
        ...options,
      }),
    );
    const secrets = [apiKey, sfu.apiSecret, Buffer.from(privateKey.expose()).toString('hex')];
    const agent = spawn(process.execPath, [AGENT_MAIN, '--config', config], { stdio: ['ignore', 'pipe', 'pipe'] });
    opened.defer(() => stop(agent));
    const stack = new AgentStack(sfu, backend, weightsDir, publicKey, agent, secrets, opened.move());

    stack.#read();
    await stack.logged('worker registered');
    return stack;
  }

  /** Makes the SFU room with the agent dispatched, as the backend does when it gives out a join token. */
  async dispatch(script: (call: ScriptedCall) => void = () => undefined): Promise<ScriptedCall> {
    const call = this.backend.addCall(createSfuRoomName(), this.#publicKey);
    script(call);
    const agents = [new RoomAgentDispatch({ agentName: AGENT_NAME, metadata: call.ticket })];
    await this.#rooms.createRoom({ name: call.sfuRoomName, emptyTimeout: 30, departureTimeout: 30, agents });
    return call;
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
  const overdue = systemClock.sleep(20_000, { signal: giveUp.signal }).then(() => agent.kill('SIGKILL'));
  await exited;
  giveUp.abort(new Error('stopped'));
  await overdue.catch(() => undefined);
}

/** Waits until something is true, asking every 20 ms. */
export async function until(
  isTrue: () => boolean | Promise<boolean>,
  what: string,
  maxMs = WAIT_MAX_MS,
): Promise<void> {
  const giveUpAt = systemClock.now() + maxMs;
  while (!(await isTrue())) {
    if (systemClock.now() > giveUpAt) throw new Error(`not in time: ${what}`);
    await systemClock.sleep(20);
  }
}
