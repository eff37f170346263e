import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPythonVenv, printsLine } from './python-venv.ts';
import type { SynapseToolOptions } from './synapse-venv.ts';
import { toolCacheDir } from './tool-cache.ts';
import { ensureTool } from './tool.ts';

/** Every package with its version and hashes, so that a run has what the run before had. */
const REQUIREMENTS = fileURLToPath(new URL('../../python/requirements/test.txt', import.meta.url));
/** Digits of the file's hash that name the environment: another file, another environment. */
const NAME_DIGITS = 12;
const PROBE =
  'import aiohttp, coincurve, cryptography, ecies, hypothesis, livekit.rtc, mypy, pytest, ruff; print("complete")';

/**
 * Path of a Python that has what the package in `python/` needs, and what tests it, in a virtual environment made the first time.
 *
 * @throws {DevError} `ERR_DEV_TOOL_MISSING` without Python 3, `ERR_DEV_INSTALL` when the installation fails
 */
export async function ensurePythonPackageTools(options: SynapseToolOptions = {}): Promise<string> {
  const env = options.env ?? process.env;
  const hash = createHash('sha256')
    .update(await readFile(REQUIREMENTS))
    .digest('hex');
  const dir = join(options.cacheDir ?? toolCacheDir(env), `python-package-${hash.slice(0, NAME_DIGITS)}`);
  const python = join(dir, 'bin', 'python');
  const requirements = ['--require-hashes', '-r', REQUIREMENTS];
  await ensureTool(
    {
      what: 'Tools of the Python package',
      dir,
      verify: () => printsLine(python, PROBE, 'complete', env),
      install: () =>
        buildPythonVenv({ what: 'the tools of the Python package', dir, requirements, env, signal: options.signal }),
    },
    options,
  );
  return python;
}
