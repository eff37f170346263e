import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@oracle-calls/protocol';
import * as v from 'valibot';
import { twinEnvironment } from './twin/environment.ts';
import type { SourcePatch } from './twin/source-patch.ts';

/** A process of a twin starts and says something within this time on two busy cores, in ms. */
const SAID_MAX_MS = 60_000;
const POLL_MS = 10;

export interface Said {
  readonly said: string;
}

export interface LineProcessOptions<Line extends Said> {
  readonly program: URL;
  readonly schema: v.GenericSchema<unknown, Line>;
  readonly settings: object;
  readonly patches: readonly SourcePatch[];
  /** Called for each line at once. */
  readonly heard?: (line: Line) => void;
}

/** A program that talks in JSON lines, run from patched sources. Whatever else it prints goes where the suite's errors go. */
export class LineProcess<Line extends Said> implements AsyncDisposable {
  readonly lines: Line[] = [];
  readonly #child;
  readonly #exited;

  constructor({ program, schema, settings, patches, heard }: LineProcessOptions<Line>) {
    const args = ['--disable-warning=ExperimentalWarning', fileURLToPath(program), JSON.stringify(settings)];
    this.#child = spawn(process.execPath, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: twinEnvironment(patches),
    });
    this.#exited = once(this.#child, 'exit');
    createInterface({ input: this.#child.stdout }).on('line', (text) => {
      const line = v.parse(schema, JSON.parse(text));
      this.lines.push(line);
      heard?.(line);
    });
    // A command to a process that is gone is lost; the missing answer shows it.
    this.#child.stdin.on('error', () => undefined);
  }

  /** The first line from a position on that fits. */
  async untilSaid<L extends Line>(what: string, fits: (line: Line) => line is L, from = 0): Promise<L> {
    const until = systemClock.now() + SAID_MAX_MS;
    for (;;) {
      const found = this.lines.slice(from).find(fits);
      if (found !== undefined) return found;
      if (this.#child.exitCode !== null) throw new Error(`The process ended before it said ${what}.`);
      if (systemClock.now() > until) throw new Error(`The process did not say ${what}.`);
      await systemClock.sleep(POLL_MS);
    }
  }

  tell(command: object): void {
    this.#child.stdin.write(`${JSON.stringify(command)}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
