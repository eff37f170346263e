import { runCommandLine } from './command-line.ts';

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command and keeps what it writes. */
export async function run(...args: readonly string[]): Promise<Run> {
  let [stdout, stderr] = ['', ''];
  const code = await runCommandLine(args, { out: (text) => (stdout += text), error: (text) => (stderr += text) });
  return { code, stdout, stderr };
}
