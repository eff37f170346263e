import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseWith, problemSchema } from '@oracle-calls/protocol';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../../../dev/caller/chromium.ts';
import { ScriptedCaller } from '../../../dev/caller/scripted-caller.ts';
import { freePort, releasePort } from '../../../dev/process/ports.ts';
import { startStack, type Stack } from '../../../dev/stack/stack.ts';
import { ensureToolchain } from '../../../dev/toolchain/toolchain.ts';
import { personAuthorization } from '../../system/matrix-person.ts';
import { agentAuthorization } from '../../system/open-call-key.ts';
import type { AttackScene, Twin, TwinPart } from '../attack.ts';
import { startLyingSfu, type LyingSfu } from '../lying-sfu/lying-sfu.ts';
import { RoomParticipant, type RoomParticipantOptions } from '../room/room-participant.ts';
import { twinEnvironment } from '../twin/environment.ts';
import type { SourcePatch } from '../twin/source-patch.ts';
import { startHttpTap, type HttpTap } from './http-tap.ts';
import { MatrixAttacker } from './matrix-attacker.ts';
import { PageServer } from './page-server.ts';
import { ServerLog } from '../server-log.ts';

export const OTHER_ORACLE_DID = 'did:ixo:another-oracle';

/** What a request to the backend came to. */
export interface Answer {
  readonly status: number;
  /** The code of a refusal. */
  readonly code?: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What is open for as long as the scene is. */
interface SceneParts {
  readonly stack: Stack;
  readonly log: ServerLog;
  readonly otherOracleAuthorization: string;
  readonly pageSfu: LyingSfu;
  readonly agentSfu: LyingSfu;
  readonly homeserverTap: HttpTap;
  readonly backendTap: HttpTap;
  readonly page: PageServer;
  readonly patches: Patches;
}

/** Loading the models on two busy cores, in ms. */
const AGENT_WARM_MAX_MS = 90_000;

/**
 * The real stack: homeserver, SFU, resolver, backend; agent, page and people as attacks ask for them. The page and the agent each
 * reach the SFU through a relay that lies when an attack tells it to.
 */
export class StackAttackScene implements AttackScene {
  readonly stack: Stack;
  readonly log: ServerLog;
  /** The API key of the agent of another oracle that this backend serves, as a header. */
  readonly otherOracleAuthorization: string;
  readonly pageSfu: LyingSfu;
  readonly agentSfu: LyingSfu;
  /** Between the backend and the homeserver. */
  readonly homeserverTap: HttpTap;
  /** Between the agent and the backend. */
  readonly backendTap: HttpTap;
  readonly #page: PageServer;
  readonly #patches: Patches;
  readonly #resources: AsyncDisposableStack;
  readonly #people = new Map<string, Promise<MatrixAttacker>>();
  #browser: Promise<Browser> | undefined;
  #isPageServed = false;

  private constructor(parts: SceneParts, resources: AsyncDisposableStack) {
    this.stack = parts.stack;
    this.log = parts.log;
    this.otherOracleAuthorization = parts.otherOracleAuthorization;
    this.pageSfu = parts.pageSfu;
    this.agentSfu = parts.agentSfu;
    this.homeserverTap = parts.homeserverTap;
    this.backendTap = parts.backendTap;
    this.#page = parts.page;
    this.#patches = parts.patches;
    this.#resources = resources;
  }

  static async open(): Promise<StackAttackScene> {
    await using opening = new AsyncDisposableStack();
    const stateDir = await mkdtemp(join(tmpdir(), 'oracle-calls-attack-'));
    opening.defer(() => rm(stateDir, { recursive: true, force: true }));
    const log = new ServerLog();
    const patches: Patches = { backend: [], agent: [], page: [] };
    const pagePort = await freePort();
    opening.defer(() => releasePort(pagePort));
    const stack = opening.use(
      await startStack({
        stateDir,
        preferredPorts: 'any',
        agent: false,
        web: false,
        otherPageOrigins: [`http://127.0.0.1:${pagePort}`],
        log: (part, line) => log.add(part, line),
        environment: (part) => twinEnvironment(patches[part]),
      }),
    );
    const pageSfu = opening.use(await startLyingSfu(stack.sfu.url));
    const agentSfu = opening.use(await startLyingSfu(stack.sfu.url));
    const homeserverTap = opening.use(await startHttpTap(stack.homeserverUrl));
    const backendTap = opening.use(await startHttpTap(stack.backendUrl));
    const otherKey = randomBytes(32).toString('base64url');
    const sha256 = createHash('sha256').update(otherKey).digest('hex');
    await changeJson(join(stack.paths.backendDir, 'backend.json'), (config: BackendConfig) => {
      config.sfu.url = pageSfu.url;
      config.matrix.homeserverUrl = homeserverTap.url;
      config.agentKeys.push({ id: 'another-oracle', oracleDid: OTHER_ORACLE_DID, sha256 });
    });
    await changeJson(join(stateDir, 'agent', 'agent.json'), (config: AgentConfig) => {
      config.sfu.url = agentSfu.url;
      config.backendUrl = backendTap.url;
    });
    await stack.restartBackend({ signal: 'SIGTERM' });
    const { homeserverUrl, oracleDid, didResolverUrl } = stack;
    const page = opening.use(new PageServer(pagePort, { homeserverUrl, oracleDid, didResolverUrl }));
    const otherOracleAuthorization = `Bearer ${otherKey}`;
    const taps = { homeserverTap, backendTap };
    const parts = { stack, log, otherOracleAuthorization, pageSfu, agentSfu, ...taps, page, patches };
    return new StackAttackScene(parts, opening.move());
  }

  async become(twin: Twin | undefined): Promise<void> {
    // The lies of one attack are not the next one's.
    for (const sfu of [this.pageSfu, this.agentSfu]) sfu.respond = sfu.request = () => 'forward';
    for (const tap of [this.homeserverTap, this.backendTap]) tap.heard = () => undefined;
    for (const part of PARTS) {
      const wanted = twin !== undefined && twin.parts.includes(part) ? twin.patches : [];
      if (wanted === this.#patches[part] || (wanted.length === 0 && this.#patches[part].length === 0)) continue;
      this.#patches[part] = wanted;
      if (part === 'backend') await this.stack.restartBackend({ signal: 'SIGTERM' });
      // Both start again when an attack asks for them.
      if (part === 'agent') await this.stack.stopAgent();
      if (part === 'page') this.#isPageServed = false;
    }
  }

  /** Resolves once the agent waits for calls with its models loaded. */
  async startAgent(): Promise<void> {
    if (this.stack.pids().agent === undefined) await this.stack.startAgent();
    await this.stack.agentWarm(AbortSignal.timeout(AGENT_WARM_MAX_MS));
  }

  /** A signed-in person at the page. `initScript` runs in the page before its own scripts. */
  async caller(who: 'alice' | 'bob', initScript?: () => void): Promise<ScriptedCaller> {
    this.#browser ??= this.#launch();
    if (!this.#isPageServed) await this.#page.serve(this.#patches.page);
    this.#isPageServed = true;
    const { userId, password, recoveryKey } = this.stack.users[who];
    const caller = await ScriptedCaller.open({
      browser: await this.#browser,
      url: this.#page.url,
      userId,
      password,
      recoveryKey,
      log: (line) => this.log.add('web', line),
      ...(initScript === undefined ? {} : { initScript }),
    });
    await caller.signIn();
    return caller;
  }

  /** Somebody whom the holder of the SFU's secret lets into a room. */
  joinRoom(options: Omit<RoomParticipantOptions, 'url' | 'apiKey' | 'apiSecret'>): Promise<RoomParticipant> {
    return RoomParticipant.join({ ...this.stack.sfu, ...options });
  }

  async #launch(): Promise<Browser> {
    const { chromium } = await ensureToolchain();
    if (chromium === undefined) throw new Error('There is no Chromium.');
    const browser = await launchChromium(chromium);
    this.#resources.defer(() => browser.close());
    return browser;
  }

  /** Somebody's Matrix client, which stays for the next attack. */
  person(who: 'alice' | 'bob'): Promise<MatrixAttacker> {
    const known = this.#people.get(who);
    if (known !== undefined) return known;
    const signedIn = MatrixAttacker.signIn(this.stack, this.stack.users[who]);
    this.#people.set(who, signedIn);
    this.#resources.defer(async () => (await signedIn)[Symbol.asyncDispose]());
    return signedIn;
  }

  /** Another client of the oracle's own account: whoever runs the backend has its password and its recovery key. */
  async oracleAccount(): Promise<MatrixAttacker> {
    const { stack } = this;
    const passwordFile = join(stack.stateDir, 'accounts', 'oracle.password');
    const recoveryKeyFile = join(stack.paths.backendDir, 'matrix', 'recovery.key');
    const [password, recoveryKey] = await Promise.all(
      [passwordFile, recoveryKeyFile].map(async (file) => (await readFile(file, 'utf8')).trim()),
    );
    if (password === undefined || recoveryKey === undefined) throw new Error('The account has no password.');
    const account = { name: 'oracle', userId: stack.oracleUserId, password, passwordFile, recoveryKey };
    return MatrixAttacker.signIn(stack, account);
  }

  personAuthorization(who: 'alice' | 'bob'): Promise<string> {
    return personAuthorization(this.stack, this.stack.users[who]);
  }

  /** The API key of this oracle's own agent, as a header. */
  agentAuthorization(): Promise<string> {
    return agentAuthorization(this.stack);
  }

  /** One request to the backend. */
  async ask(method: 'GET' | 'POST' | 'DELETE', path: string, authorization: string, body?: object): Promise<Answer> {
    const response = await fetch(`${this.stack.backendUrl}${path}`, {
      method,
      headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Record<string, unknown>;
    if (response.ok) return { status: response.status, body: answer };
    return { status: response.status, code: parseWith(problemSchema, answer).code, body: answer };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}

const PARTS = ['backend', 'agent', 'page'] as const satisfies readonly TwinPart[];
type Patches = Record<TwinPart, readonly SourcePatch[]>;

/** What attacks change in the configurations that the stack wrote. */
interface BackendConfig {
  readonly sfu: { url: string };
  readonly matrix: { homeserverUrl: string };
  readonly agentKeys: object[];
}
interface AgentConfig {
  backendUrl: string;
  readonly sfu: { url: string };
}

async function changeJson(file: string, change: (content: never) => void): Promise<void> {
  const content: unknown = JSON.parse(await readFile(file, 'utf8'));
  // The stack wrote it: `change` knows its shape.
  change(content as never);
  await writeFile(file, JSON.stringify(content));
}
