import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import type { MatrixScene, Person } from './matrix-scene.ts';
import { until } from './matrix-scene.ts';

const lineSchema = v.variant('said', [
  v.object({ said: v.literal('open') }),
  v.object({ said: v.literal('seen'), eventId: v.string() }),
  v.object({ said: v.literal('sent'), eventId: v.string() }),
  v.object({ said: v.literal('fetched'), failed: v.array(v.string()) }),
  v.object({ said: v.literal('refused'), code: v.string() }),
]);
type Line = v.InferOutput<typeof lineSchema>;

/** An account in its own process. Every line it writes must be one of ours: the SDK's chatter on stdout fails the test. */
export class KillableAccount implements AsyncDisposable {
  readonly lines: Line[] = [];
  readonly #child;
  readonly #exited;
  #foreign: string | undefined;

  constructor(scene: MatrixScene, person: Person) {
    const settings = {
      homeserverUrl: scene.synapse.baseUrl,
      userId: person.userId,
      password: person.password,
      storeDir: scene.storeDir(person),
    };
    const program = fileURLToPath(new URL('account-process.ts', import.meta.url));
    this.#child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', program, JSON.stringify(settings)],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    this.#exited = once(this.#child, 'exit');
    createInterface({ input: this.#child.stdout }).on('line', (text) => {
      const parsed = v.safeParse(lineSchema, tryJson(text));
      if (parsed.success) this.lines.push(parsed.output);
      else this.#foreign = text;
    });
    // A command to a process that was just killed is lost; the test sees that by the missing answer.
    this.#child.stdin.on('error', () => undefined);
  }

  /** The next line of a kind, from the given position on. */
  async said<K extends Line['said']>(kind: K, from = 0): Promise<Extract<Line, { said: K }>> {
    const isKind = (line: Line): line is Extract<Line, { said: K }> => line.said === kind;
    return await until(
      () => {
        if (this.#foreign !== undefined) throw new Error(`foreign output: ${this.#foreign}`);
        return this.lines.slice(from).find(isKind);
      },
      `"${kind}" from the account`,
      60_000,
    );
  }

  hasSeen(eventId: string): boolean {
    return this.lines.some((line) => line.said === 'seen' && line.eventId === eventId);
  }

  tell(command: object): void {
    this.#child.stdin.write(`${JSON.stringify(command)}\n`);
  }

  async ask<K extends Line['said']>(command: object, kind: K): Promise<Extract<Line, { said: K }>> {
    const from = this.lines.length;
    this.tell(command);
    return await this.said(kind, from);
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.kill();
  }
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
