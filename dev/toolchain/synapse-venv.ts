import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DevError } from '../process/dev-error.ts';
import { runToEnd } from '../process/run-to-end.ts';
import { findOnPath } from './find-on-path.ts';
import { toolCacheDir } from './tool-cache.ts';
import { ensureTool } from './tool.ts';
import type { ToolOptions } from './tool.ts';

/** Pinned to a series: patch releases carry security fixes only. */
export const SYNAPSE_SERIES = '1.163';
/** One and a half minutes on a quick line. */
const INSTALL_MAX_MS = 20 * 60_000;
/** Imports what a server imports, so that a half-installed environment fails here. */
const PROBE = 'import synapse, synapse.app.homeserver; print(synapse.__version__)';

export interface SynapseToolOptions extends ToolOptions {
  readonly cacheDir?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/**
 * Path of a Python that has Synapse, in a virtual environment made the first time. Such environments cannot be moved,
 * so this one is built in place; the cache's mark says when it is whole.
 *
 * @throws {DevError} `ERR_DEV_TOOL_MISSING` without Python 3, `ERR_DEV_INSTALL` when the installation fails
 */
export async function ensureSynapse(options: SynapseToolOptions = {}): Promise<string> {
  const env = options.env ?? process.env;
  const dir = join(options.cacheDir ?? toolCacheDir(env), `synapse-${SYNAPSE_SERIES}`);
  const python = join(dir, 'bin', 'python');
  await ensureTool(
    {
      what: `Synapse ${SYNAPSE_SERIES}`,
      dir,
      verify: () => runs(python, env),
      install: () => build(dir, python, env, options.signal),
    },
    options,
  );
  return python;
}

async function runs(python: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  try {
    const lines = await runToEnd({
      name: 'synapse version',
      command: python,
      args: ['-c', PROBE],
      env,
      timeoutMs: 60_000,
    });
    return lines.some((line) => line.startsWith(`${SYNAPSE_SERIES}.`));
  } catch (cause) {
    if (cause instanceof DevError) return false;
    throw cause;
  }
}

async function build(
  dir: string,
  python: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<void> {
  const system = await findOnPath(['python3'], env);
  if (system === undefined) {
    throw new DevError(
      'ERR_DEV_TOOL_MISSING',
      'Python 3 is needed once, to install Synapse. Install it with your package manager ' +
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
    name: 'pip install (Synapse)',
    command: python,
    args: ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', `matrix-synapse==${SYNAPSE_SERIES}.*`],
    env,
    timeoutMs: INSTALL_MAX_MS,
    signal,
  });
}
