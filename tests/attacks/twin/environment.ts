import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import type { SourcePatch } from './source-patch.ts';

/** The project's root, with a slash at its end. */
export const PROJECT_URL = new URL('../../../', import.meta.url);

/** Read by `preload.ts` and `python/tests/twin/sitecustomize.py` alone. */
export const PATCHES_VARIABLE = 'ORACLE_CALLS_TWIN_PATCHES';

const patchesSchema = v.array(v.object({ file: v.string(), find: v.string(), replace: v.string() }));

/** Python loads a module of this name from the first folder of its path that has one, before anything else. */
const PYTHON_PRELOAD_FOLDER = fileURLToPath(new URL('python/tests/twin', PROJECT_URL));

/**
 * The environment in which a process of Node or of Python, and every such process that it starts, loads patched sources. It goes through
 * `NODE_OPTIONS` and `PYTHONPATH`, because the agent's job processes are started by LiveKit's library and inherit nothing else.
 */
export function twinEnvironment(patches: readonly SourcePatch[], inherited = process.env): NodeJS.ProcessEnv {
  if (patches.length === 0) return inherited;
  const preload = new URL('preload.ts', import.meta.url).href;
  return {
    ...inherited,
    NODE_OPTIONS: `${inherited['NODE_OPTIONS'] ?? ''} --import=${preload}`.trim(),
    PYTHONPATH: [PYTHON_PRELOAD_FOLDER, inherited['PYTHONPATH']].filter(Boolean).join(delimiter),
    [PATCHES_VARIABLE]: JSON.stringify(patches),
  };
}

/** The patches that this process was started with. */
export function patchesOf(environment: NodeJS.ProcessEnv): readonly SourcePatch[] {
  return v.parse(patchesSchema, JSON.parse(environment[PATCHES_VARIABLE] ?? '[]'));
}

/** The path that patches name a module by, or `undefined` for one that is not the project's. */
export function projectFile(url: string): string | undefined {
  const isProject = url.startsWith(PROJECT_URL.href) && !url.includes('/node_modules/');
  return isProject ? decodeURIComponent(url.slice(PROJECT_URL.href.length).replace(/[?#].*$/, '')) : undefined;
}

export const PROJECT_ROOT = dirname(fileURLToPath(new URL('package.json', PROJECT_URL)));
