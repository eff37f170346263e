import { join } from 'node:path';
import { buildPythonVenv, printsLine } from './python-venv.ts';
import type { SynapseToolOptions } from './synapse-venv.ts';
import { toolCacheDir } from './tool-cache.ts';
import { ensureTool } from './tool.ts';

/** A release may find what the one before did not: which one runs is part of what a run says. */
export const SCHEMATHESIS_VERSION = '4.32.5';
const PROBE = 'import schemathesis.cli; from importlib.metadata import version; print(version("schemathesis"))';

/**
 * Path of schemathesis, which fuzzes an HTTP API from its OpenAPI document, in a virtual environment made the first time.
 *
 * @throws {DevError} `ERR_DEV_TOOL_MISSING` without Python 3, `ERR_DEV_INSTALL` when the installation fails
 */
export async function ensureSchemathesis(options: SynapseToolOptions = {}): Promise<string> {
  const env = options.env ?? process.env;
  const dir = join(options.cacheDir ?? toolCacheDir(env), `schemathesis-${SCHEMATHESIS_VERSION}`);
  const requirements = [`schemathesis==${SCHEMATHESIS_VERSION}`];
  await ensureTool(
    {
      what: `schemathesis ${SCHEMATHESIS_VERSION}`,
      dir,
      verify: () => printsLine(join(dir, 'bin', 'python'), PROBE, SCHEMATHESIS_VERSION, env),
      install: () => buildPythonVenv({ what: 'schemathesis', dir, requirements, env, signal: options.signal }),
    },
    options,
  );
  return join(dir, 'bin', 'schemathesis');
}
