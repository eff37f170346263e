import { join } from 'node:path';
import { buildPythonVenv, printsLine } from './python-venv.ts';
import { toolCacheDir } from './tool-cache.ts';
import { ensureTool } from './tool.ts';
import type { ToolOptions } from './tool.ts';

/** Pinned to a series: patch releases carry security fixes only. */
export const SYNAPSE_SERIES = '1.163';
/** Imports what a server imports, single sign-on (authlib) too, so that a half-installed environment fails here. */
const PROBE = 'import synapse, synapse.app.homeserver, authlib.oauth2; print(synapse.__version__)';

export interface SynapseToolOptions extends ToolOptions {
  readonly cacheDir?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/**
 * Path of a Python that has Synapse, in a virtual environment made the first time.
 *
 * @throws {DevError} `ERR_DEV_TOOL_MISSING` without Python 3, `ERR_DEV_INSTALL` when the installation fails
 */
export async function ensureSynapse(options: SynapseToolOptions = {}): Promise<string> {
  const env = options.env ?? process.env;
  const dir = join(options.cacheDir ?? toolCacheDir(env), `synapse-${SYNAPSE_SERIES}-oidc`);
  const python = join(dir, 'bin', 'python');
  const requirements = [`matrix-synapse[oidc]==${SYNAPSE_SERIES}.*`];
  await ensureTool(
    {
      what: `Synapse ${SYNAPSE_SERIES}`,
      dir,
      verify: () => printsLine(python, PROBE, `${SYNAPSE_SERIES}.`, env),
      install: () => buildPythonVenv({ what: 'Synapse', dir, requirements, env, signal: options.signal }),
    },
    options,
  );
  return python;
}
