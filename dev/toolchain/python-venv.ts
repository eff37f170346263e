import { rm } from 'node:fs/promises';
import { DevError } from '../process/dev-error.ts';
import { runToEnd } from '../process/run-to-end.ts';
import { findOnPath } from './find-on-path.ts';

/** One and a half minutes on a quick line for the largest. */
const INSTALL_MAX_MS = 20 * 60_000;

export interface PythonVenv {
  /** For people: `Synapse`. */
  readonly what: string;
  /** The environment's folder: such environments cannot be moved, so that it is built in place. */
  readonly dir: string;
  /** What pip installs, with its version: `matrix-synapse==1.163.*`, or `-r` and a file. */
  readonly requirements: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes a virtual environment anew and installs into it.
 *
 * @throws {DevError} `ERR_DEV_TOOL_MISSING` without Python 3, `ERR_DEV_INSTALL` when the installation fails
 */
export async function buildPythonVenv({ what, dir, requirements, env, signal }: PythonVenv): Promise<void> {
  const system = await findOnPath(['python3'], env);
  if (system === undefined) {
    throw new DevError(
      'ERR_DEV_TOOL_MISSING',
      `Python 3 is needed once, to install ${what}. Install it with your package manager ` +
        '("apt-get install python3 python3-venv", "brew install python"), then run this again.',
    );
  }
  await rm(dir, { recursive: true, force: true });
  try {
    await runToEnd({
      name: 'python3 -m venv',
      command: system,
      args: ['-m', 'venv', dir],
      env,
      timeoutMs: 120_000,
      signal,
    });
  } catch (cause) {
    signal?.throwIfAborted();
    const hint =
      'On Debian and Ubuntu virtual environments come as a package of their own: "apt-get install python3-venv".';
    throw new DevError('ERR_DEV_TOOL_MISSING', `${(cause as Error).message}\n${hint}`, { cause });
  }
  await runToEnd({
    name: `pip install (${what})`,
    command: `${dir}/bin/python`,
    args: ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', ...requirements],
    env,
    timeoutMs: INSTALL_MAX_MS,
    signal,
  });
}

/** Whether a Python of an environment prints a line that begins so; a broken environment does not. */
export async function printsLine(
  python: string,
  script: string,
  begin: string,
  env: NodeJS.ProcessEnv,
): Promise<boolean> {
  try {
    const lines = await runToEnd({ name: 'python', command: python, args: ['-c', script], env, timeoutMs: 60_000 });
    return lines.some((line) => line.startsWith(begin));
  } catch (cause) {
    if (cause instanceof DevError) return false;
    throw cause;
  }
}
