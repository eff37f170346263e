import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DevError } from '../process/dev-error.ts';
import { runToEnd } from '../process/run-to-end.ts';
import { findOnPath } from './find-on-path.ts';
import { toolCacheDir } from './tool-cache.ts';
import { ensureTool } from './tool.ts';
import type { ToolOptions } from './tool.ts';

/** Pinned: the encrypted calls of the system tests ran with this one. */
export const LIVEKIT_VERSION = '1.13.5';
const MODULE = `github.com/livekit/livekit-server/cmd/server@v${LIVEKIT_VERSION}`;
/** Two minutes cold on two cores; more on a slow line. */
const BUILD_MAX_MS = 20 * 60_000;

export interface LiveKitToolOptions extends ToolOptions {
  readonly cacheDir?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/**
 * Path of the LiveKit server, built from its Go module the first time.
 *
 * @throws {DevError} `ERR_DEV_TOOL_MISSING` without Go, `ERR_DEV_INSTALL` when the build fails
 */
export async function ensureLiveKit(options: LiveKitToolOptions = {}): Promise<string> {
  const env = options.env ?? process.env;
  const cacheDir = options.cacheDir ?? toolCacheDir(env);
  const dir = join(cacheDir, `livekit-${LIVEKIT_VERSION}`);
  const binary = join(dir, 'server');
  await ensureTool(
    {
      what: `LiveKit server ${LIVEKIT_VERSION}`,
      dir,
      verify: () => runs(binary, env),
      install: () => build(cacheDir, dir, env, options.signal),
    },
    options,
  );
  return binary;
}

async function runs(binary: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  try {
    const lines = await runToEnd({
      name: 'livekit --version',
      command: binary,
      args: ['--version'],
      env,
      timeoutMs: 15_000,
    });
    return lines.some((line) => line.includes(LIVEKIT_VERSION));
  } catch (cause) {
    if (cause instanceof DevError) return false;
    throw cause;
  }
}

async function build(
  cacheDir: string,
  dir: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<void> {
  const go = await findOnPath(['go'], env);
  if (go === undefined) {
    throw new DevError(
      'ERR_DEV_TOOL_MISSING',
      'Go is needed once, to build the LiveKit server. Install it from https://go.dev/dl or with your package manager ' +
        '("apt-get install golang-go", "brew install go"), then run this again.',
    );
  }
  const staging = await mkdtemp(join(cacheDir, '.livekit-'));
  try {
    await runToEnd({
      name: 'go install (LiveKit server)',
      command: go,
      args: ['install', MODULE],
      cwd: staging,
      env: { ...env, GOBIN: staging },
      timeoutMs: BUILD_MAX_MS,
      signal,
    });
    // Whole or not at all: whoever sees the binary may run it.
    await mkdir(dir, { recursive: true });
    await rename(join(staging, 'server'), join(dir, 'server'));
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
