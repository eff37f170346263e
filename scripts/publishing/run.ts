import { execFile } from 'node:child_process';

export interface RunOptions {
  readonly cwd?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Milliseconds. */
  readonly limitMs?: number | undefined;
}

/** What a program printed. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/** Ten minutes: a packer or compiler that takes longer hangs. */
const LIMIT_MS = 600_000;
const OUTPUT_MAX_BYTES = 64 * 1024 * 1024;

/** Runs a program to its end; throws with what it printed unless it ends with 0. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Printed> {
  const { cwd, env = process.env, limitMs = LIMIT_MS } = options;
  return new Promise((resolve, reject) => {
    execFile(command, args, { cwd, env, timeout: limitMs, maxBuffer: OUTPUT_MAX_BYTES }, (error, stdout, stderr) => {
      if (error === null) resolve({ stdout, stderr });
      else reject(new Error(`${command} ${args.join(' ')} failed:\n${stdout}\n${stderr}`, { cause: error }));
    });
  });
}
