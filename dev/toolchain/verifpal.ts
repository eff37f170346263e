import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DevError } from '../process/dev-error.ts';
import { runToEnd } from '../process/run-to-end.ts';
import { findOnPath } from './find-on-path.ts';
import { toolCacheDir } from './tool-cache.ts';
import { ensureTool } from './tool.ts';
import type { ToolOptions } from './tool.ts';

/** Pinned: the results in `formal/expected.json` are this version's. */
export const VERIFPAL_VERSION = '1.6.7';
/** Four minutes cold on two cores; more on a slow line. */
const BUILD_MAX_MS = 30 * 60_000;

export interface VerifpalToolOptions extends ToolOptions {
  readonly cacheDir?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/**
 * Path of Verifpal, the checker of the models in `formal/`, built from crates.io the first time.
 *
 * @throws {DevError} `ERR_DEV_TOOL_MISSING` without Rust's cargo, `ERR_DEV_INSTALL` when the build fails
 */
export async function ensureVerifpal(options: VerifpalToolOptions = {}): Promise<string> {
  const env = options.env ?? process.env;
  const cacheDir = options.cacheDir ?? toolCacheDir(env);
  const dir = join(cacheDir, `verifpal-${VERIFPAL_VERSION}`);
  const binary = join(dir, 'verifpal');
  await ensureTool(
    {
      what: `Verifpal ${VERIFPAL_VERSION}`,
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
      name: 'verifpal --version',
      command: binary,
      args: ['--version'],
      env,
      timeoutMs: 15_000,
    });
    return lines.some((line) => line.includes(VERIFPAL_VERSION));
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
  const cargo = await findOnPath(['cargo'], env);
  if (cargo === undefined) {
    throw new DevError(
      'ERR_DEV_TOOL_MISSING',
      "Rust's cargo is needed once, to build Verifpal, which checks the models in formal/. Install Rust 1.95 or later " +
        'from https://rustup.rs or with your package manager ("brew install rust"), see that cargo is on PATH, then run ' +
        'this again.',
    );
  }
  const staging = await mkdtemp(join(cacheDir, '.verifpal-'));
  try {
    await runToEnd({
      name: 'cargo install (Verifpal)',
      command: cargo,
      // Its declared Rust version is newer than what it needs: 1.95 builds it.
      args: [
        ...['install', 'verifpal', '--version', VERIFPAL_VERSION],
        ...['--locked', '--ignore-rust-version', '--root', staging],
      ],
      cwd: staging,
      env,
      timeoutMs: BUILD_MAX_MS,
      signal,
    });
    // Whole or not at all: whoever sees the binary may run it.
    await mkdir(dir, { recursive: true });
    await rename(join(staging, 'bin', 'verifpal'), join(dir, 'verifpal'));
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
