import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseWith, problemSchema } from '@oracle-calls/protocol';
import { startStack, type Stack } from '../../../dev/stack/stack.ts';
import { personAuthorization } from '../../system/matrix-person.ts';
import { agentAuthorization } from '../../system/open-call-key.ts';
import type { AttackScene, Twin } from '../attack.ts';
import { twinEnvironment } from '../twin/environment.ts';
import type { SourcePatch } from '../twin/source-patch.ts';
import { MatrixAttacker } from './matrix-attacker.ts';
import { StackLog } from './stack-log.ts';

export const OTHER_ORACLE_DID = 'did:ixo:another-oracle';

/** What a request to the backend came to. */
export interface Answer {
  readonly status: number;
  /** The code of a refusal. */
  readonly code?: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The real stack: homeserver, SFU, resolver, backend; the agent and people as attacks ask for them. */
export class StackAttackScene implements AttackScene {
  readonly stack: Stack;
  readonly log: StackLog;
  /** The API key of the agent of another oracle that this backend serves, as a header. */
  readonly otherOracleAuthorization: string;
  readonly #resources: AsyncDisposableStack;
  readonly #patches: Patches;
  readonly #people = new Map<string, Promise<MatrixAttacker>>();

  private constructor(
    stack: Stack,
    log: StackLog,
    otherKey: string,
    patches: Patches,
    resources: AsyncDisposableStack,
  ) {
    this.stack = stack;
    this.log = log;
    this.otherOracleAuthorization = `Bearer ${otherKey}`;
    this.#patches = patches;
    this.#resources = resources;
  }

  static async open(): Promise<StackAttackScene> {
    await using opening = new AsyncDisposableStack();
    const stateDir = await mkdtemp(join(tmpdir(), 'oracle-calls-attack-'));
    opening.defer(() => rm(stateDir, { recursive: true, force: true }));
    const log = new StackLog();
    const patches: Patches = { backend: [], agent: [] };
    const stack = opening.use(
      await startStack({
        stateDir,
        preferredPorts: 'any',
        agent: false,
        web: false,
        log: (part, line) => log.add(part, line),
        environment: (part) => twinEnvironment(patches[part]),
      }),
    );
    const otherKey = randomBytes(32).toString('base64url');
    await addAgentKey(stack, otherKey);
    await stack.restartBackend({ signal: 'SIGTERM' });
    return new StackAttackScene(stack, log, otherKey, patches, opening.move());
  }

  async become(twin: Twin | undefined): Promise<void> {
    for (const part of ['backend', 'agent'] as const) {
      const wanted = twin?.part === part ? twin.patches : [];
      if (wanted === this.#patches[part] || (wanted.length === 0 && this.#patches[part].length === 0)) continue;
      this.#patches[part] = wanted;
      if (part === 'backend') await this.stack.restartBackend({ signal: 'SIGTERM' });
      else await this.stack.stopAgent();
    }
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

  personAuthorization(who: 'alice' | 'bob'): Promise<string> {
    return personAuthorization(this.stack, this.stack.users[who]);
  }

  /** The API key of this oracle's own agent, as a header. */
  agentAuthorization(): Promise<string> {
    return agentAuthorization(this.stack);
  }

  /** One request to the backend. */
  async ask(method: 'GET' | 'POST', path: string, authorization: string, body?: object): Promise<Answer> {
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

interface Patches {
  backend: readonly SourcePatch[];
  agent: readonly SourcePatch[];
}

/** Lets the agents of a second oracle into the backend, as one that serves several does. */
async function addAgentKey(stack: Stack, key: string): Promise<void> {
  const file = join(stack.paths.backendDir, 'backend.json');
  const config = JSON.parse(await readFile(file, 'utf8')) as { agentKeys: object[] };
  const sha256 = createHash('sha256').update(key).digest('hex');
  config.agentKeys.push({ id: 'another-oracle', oracleDid: OTHER_ORACLE_DID, sha256 });
  await writeFile(file, JSON.stringify(config));
}
