import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';

const MAIN = fileURLToPath(new URL('../../../apps/cli/src/main.ts', import.meta.url));

const reportSchema = v.looseObject({
  ok: v.boolean(),
  callId: v.optional(v.string()),
  status: v.string(),
  endReason: v.optional(v.string()),
  encrypted: v.boolean(),
  security: v.optional(v.looseObject({ padlock: v.string(), keyState: v.optional(v.string()) })),
  transcript: v.array(v.object({ speaker: v.string(), text: v.string(), how: v.string(), atMs: v.number() })),
  unanswered: v.number(),
  timeline: v.record(v.string(), v.number()),
  error: v.optional(v.object({ code: v.string(), message: v.string() })),
});
export type CommandReport = v.InferOutput<typeof reportSchema>;

export interface Finished {
  readonly exitCode: number | null;
  /** What `--json` printed: all of standard output. */
  readonly report: CommandReport;
  readonly stderr: string;
  readonly stdout: string;
}

/** `oracle-calls` as a process of its own. */
export class CommandLine {
  readonly #child;
  #stdout = '';
  #stderr = '';

  constructor(args: readonly string[]) {
    this.#child = spawn(process.execPath, [MAIN, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text));
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
  }

  get stderr(): string {
    return this.#stderr;
  }

  type(text: string): void {
    this.#child.stdin.write(text);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async finished(): Promise<Finished> {
    const { document, ...rest } = await this.finishedDocument();
    return { ...rest, report: v.parse(reportSchema, document) };
  }

  /** What `--json` printed, of any command. */
  async finishedDocument(): Promise<Omit<Finished, 'report'> & { readonly document: unknown }> {
    const child = this.#child;
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
    const [stdout, stderr] = [this.#stdout, this.#stderr];
    let document: unknown;
    try {
      document = JSON.parse(stdout);
    } catch {
      throw new Error(`No JSON document: ${stdout}\n${stderr}`);
    }
    return { exitCode: child.exitCode, document, stdout, stderr };
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
  }
}
