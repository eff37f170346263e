import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { PROJECT_ROOT, twinEnvironment } from './environment.ts';
import type { SourcePatch } from './source-patch.ts';

const patch: SourcePatch = {
  file: 'packages/protocol/src/call-status.ts',
  find: 'export function canMove(',
  replace: 'export const canMove = () => "patched"; function before(',
};
const ask = `import('@oracle-calls/protocol').then(({ canMove }) => console.log(canMove('ended', 'pending')));`;
const askInChild = `require('node:child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(ask)}], { stdio: 'inherit' });`;

function run(script: string, patches: readonly SourcePatch[]): { readonly out: string; readonly error: string } {
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], {
    cwd: `${PROJECT_ROOT}/tests`,
    env: twinEnvironment(patches),
    encoding: 'utf8',
  });
  return { out: stdout.trim(), error: stderr };
}

test.each([
  ['a process', ask],
  ['a process that it starts', askInChild],
])('%s loads the patched source, and without a patch the source as it is', (_, script) => {
  expect(run(script, [patch])).toEqual({ out: 'patched', error: '' });
  expect(run(script, [])).toEqual({ out: 'false', error: '' });
});

test('a process whose patch does not fit does not start', () => {
  const { out, error } = run('console.log("started")', [{ ...patch, find: 'what was refactored away' }]);
  expect(out).toBe('');
  expect(error).toContain('0 times in packages/protocol/src/call-status.ts');
});
