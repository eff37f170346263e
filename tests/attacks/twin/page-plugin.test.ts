import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PROJECT_ROOT } from './environment.ts';
import { pageTwin } from './page-plugin.ts';
import type { SourcePatch } from './source-patch.ts';

let folder = '';
beforeAll(async () => {
  // Below the project, so that the packages are found.
  const cache = join(PROJECT_ROOT, 'node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  folder = await mkdtemp(join(cache, 'oracle-calls-twin-'));
  await writeFile(
    join(folder, 'worker.js'),
    `import { canMove } from '@oracle-calls/protocol'; self.worker = canMove;`,
  );
  await writeFile(
    join(folder, 'page.js'),
    `import { canMove } from '@oracle-calls/protocol';
     self.page = [canMove, new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })];`,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const patch: SourcePatch = {
  file: 'packages/protocol/src/call-status.ts',
  find: 'return CALL_TRANSITIONS[from].includes(to);',
  replace: 'return "patched";',
};

async function bundle(patches: readonly SourcePatch[]): Promise<readonly string[]> {
  const twin = pageTwin(patches);
  const outDir = join(folder, 'out');
  await build({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    plugins: twin.plugins(),
    worker: { format: 'es', plugins: twin.plugins },
    build: { outDir, emptyOutDir: true, minify: false, rolldownOptions: { input: join(folder, 'page.js') } },
  });
  twin.assertApplied();
  const names = await readdir(outDir, { recursive: true });
  return await Promise.all(
    names.filter((name) => name.endsWith('.js')).map((name) => readFile(join(outDir, name), 'utf8')),
  );
}

test('patches what the page and its worker bundle', async () => {
  const chunks = await bundle([patch]);
  expect(chunks.map((chunk) => chunk.includes('patched'))).toEqual([true, true]);
  expect((await bundle([])).map((chunk) => chunk.includes('patched'))).toEqual([false, false]);
});

test('a patch that does not fit, or whose file is not bundled, fails the build', async () => {
  await expect(bundle([{ ...patch, find: 'what was refactored away' }])).rejects.toThrow('0 times');
  await expect(bundle([{ ...patch, file: 'packages/backend/src/index.ts' }])).rejects.toThrow('not part of the page');
});
