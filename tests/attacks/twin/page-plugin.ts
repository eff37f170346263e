import type { Plugin } from 'vite';
import { projectFile } from './environment.ts';
import { applyPatches, type SourcePatch } from './source-patch.ts';

export interface PageTwin {
  /** For `build` and for its workers, each of which wants plugins of its own. */
  readonly plugins: () => Plugin[];
  /** Call it after the build. @throws {TypeError} when a file that was to be patched is not part of what was built */
  assertApplied(): void;
}

/** Patches sources while a page and its workers are bundled. */
export function pageTwin(patches: readonly SourcePatch[]): PageTwin {
  const missing = new Set(patches.map(({ file }) => file));
  const plugin = (): Plugin => ({
    name: 'oracle-calls-twin',
    enforce: 'pre',
    transform(code, id) {
      const file = projectFile(`file://${encodeURI(id)}`);
      if (file === undefined || !patches.some((patch) => patch.file === file)) return undefined;
      missing.delete(file);
      return { code: applyPatches(code, file, patches), map: null };
    },
  });
  return {
    plugins: () => [plugin()],
    assertApplied() {
      if (missing.size > 0) throw new TypeError(`twin: not part of the page: ${[...missing].join(', ')}`);
    },
  };
}
