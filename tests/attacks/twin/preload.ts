/**
 * `node --import=…/preload.ts`: loads the project's sources with the patches of the environment. Part of the attack suite
 * alone; nothing in the project imports it. It does not reach worker threads, in which only the models run.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { patchesOf, PROJECT_URL, projectFile } from './environment.ts';
import { applyPatches } from './source-patch.ts';

const patches = patchesOf(process.env);
const files = new Set(patches.map(({ file }) => file));
// At once, and not when a file is loaded: a process that can no longer be made a twin must not start as anything else.
for (const file of files) applyPatches(readFileSync(new URL(file, PROJECT_URL), 'utf8'), file, patches);

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const file = projectFile(url);
    if (file === undefined || !files.has(file)) return loaded;
    return { ...loaded, source: applyPatches(textOf(loaded.source), file, patches) };
  },
});

function textOf(source: string | ArrayBuffer | NodeJS.TypedArray | null | undefined): string {
  if (source === null || source === undefined) throw new TypeError('twin: a module without a source');
  return typeof source === 'string' ? source : new TextDecoder().decode(source);
}
