import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lockHash } from './run-plan.mjs';

const LOCK = '{"packages":{}}';
let project = '';

/** A project whose packages are "installed": the runner and an entry that tells what it sees. */
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'run-'));
  await mkdir(join(project, 'scripts'));
  for (const file of ['run.mjs', 'run-plan.mjs'])
    await cp(join(import.meta.dirname, file), join(project, 'scripts', file));
  await writeFile(join(project, 'package.json'), '{"type":"module"}');
  await writeFile(join(project, 'package-lock.json'), LOCK);
  await mkdir(join(project, 'node_modules', 'node', 'bin'), { recursive: true });
  await symlink(process.execPath, join(project, 'node_modules', 'node', 'bin', 'node'));
  await writeFile(join(project, 'node_modules', '.package-lock.json'), LOCK);
});
afterEach(() => rm(project, { recursive: true, force: true }));

const entry = (code: string): Promise<void> => writeFile(join(project, 'entry.ts'), code);

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(project, 'scripts', 'run.mjs'), ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    cwd: tmpdir(),
  });
  return { code: status, out: stdout, err: stderr };
}

it('runs the entry with its arguments, PATH in front, and keeps its exit code', async () => {
  await entry(
    'const answer: number = 7; console.log(process.argv.slice(2), process.env.PATH); process.exitCode = answer;',
  );
  const { code, out, err } = run(['entry.ts', 'a', '--b']);
  expect({ code, err }).toEqual({ code: 7, err: '' });
  expect(out).toContain("[ 'a', '--b' ]");
  expect(out).toContain(`${project}/node_modules/node/bin:${project}/node_modules/.bin:`);
});

it('records the lock file that it found installed', async () => {
  await entry('');
  run(['entry.ts']);
  expect(await readFile(join(project, 'node_modules', '.oracle-calls-lock'), 'utf8')).toBe(lockHash(LOCK));
});

it('tells a death by signal as shells do', async () => {
  await entry("process.kill(process.pid, 'SIGKILL');");
  expect(run(['entry.ts']).code).toBe(137);
});

it('hands signals on and waits for the entry to finish', async () => {
  await entry("process.on('SIGTERM', () => process.exit(5)); console.log('up'); setInterval(() => {}, 1000);");
  const child = spawn(process.execPath, [join(project, 'scripts', 'run.mjs'), 'entry.ts'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  expect(await exit).toEqual([5, null]);
});

it('says what it does when it installs, and shows what npm said when that fails', async () => {
  await rm(join(project, 'node_modules', '.package-lock.json'));
  const fakeNpm = join(project, 'npm.js');
  await writeFile(fakeNpm, "console.error('npm error:', process.argv.slice(2).join(' ')); process.exitCode = 4;");
  await entry("console.log('ran')");
  const { code, out, err } = run(['entry.ts'], { npm_execpath: fakeNpm });
  expect(code).toBe(1);
  expect(out).toBe('');
  expect(err).toContain('Installing packages (npm ci): the packages are not installed yet.');
  expect(err).toContain('npm error: ci --no-audit --no-fund --no-progress --loglevel=error');
  expect(err).toContain('npm ci failed with exit code 4.');
});

it('takes the install lock over from a run that has died', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  await mkdir(join(project, '.oracle-calls'));
  await writeFile(join(project, '.oracle-calls', 'install.lock'), String(pid));
  await entry("console.log('ran')");
  expect(run(['entry.ts']).out).toBe('ran\n');
});

it('asks for an entry with exit code 2', () => {
  expect(run([])).toMatchObject({ code: 2, err: 'usage: node scripts/run.mjs <entry.ts> [arguments]\n' });
});
