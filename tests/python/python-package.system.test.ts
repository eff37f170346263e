/** The second implementation of the protocol, in `python/`: its own checks and tests, run by the Python that its lock file describes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runToEnd } from '../../dev/process/run-to-end.ts';
import { ensurePythonPackageTools } from '../../dev/toolchain/python-package-venv.ts';

const PACKAGE_DIR = fileURLToPath(new URL('../../python', import.meta.url));
const isNightly = process.env['NIGHTLY'] === '1';
/** Bounds that only catch a hang: several times what each takes on two busy cores. */
const INSTALL_MAX_MS = 20 * 60_000;
const CHECK_MAX_MS = 5 * 60_000;
const TESTS_MAX_MS = isNightly ? 60 * 60_000 : 10 * 60_000;

let python: string;
let folder: string;
beforeAll(async () => {
  python = await ensurePythonPackageTools({ report: (line) => console.log(line), reportCached: false });
  folder = await mkdtemp(join(tmpdir(), 'oracle-calls-python-'));
}, INSTALL_MAX_MS);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a module says to its end; rejects with all of it when it finds something. */
async function run(args: readonly string[], timeoutMs: number): Promise<readonly string[]> {
  const said: string[] = [];
  try {
    return await runToEnd({
      name: args.slice(0, 2).join(' '),
      command: python,
      args,
      cwd: PACKAGE_DIR,
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
      timeoutMs,
      log: (line) => said.push(line),
    });
  } catch (cause) {
    throw new Error(said.join('\n'), { cause });
  }
}

test.each<[string, readonly string[]]>([
  ['nothing is found by ruff', ['-m', 'ruff', 'check', '--no-cache', '.']],
  ['it is formatted', ['-m', 'ruff', 'format', '--no-cache', '--check', '.']],
])(
  '%s',
  async (_name, args) => {
    await run(args, CHECK_MAX_MS);
  },
  CHECK_MAX_MS,
);

test(
  'its types are strict',
  async () => {
    const said = await run(['-m', 'mypy', '--strict', '--cache-dir', join(folder, 'mypy')], CHECK_MAX_MS);
    expect(said.at(-1)).toMatch(/^Success: no issues found in \d+ source files$/);
  },
  CHECK_MAX_MS,
);

test(
  'its tests pass, and there are those of every vector',
  async () => {
    const said = await run(['-m', 'pytest'], TESTS_MAX_MS);
    const passed = /^(\d+) passed in /.exec(said.at(-1) ?? '')?.[1];
    expect(Number(passed)).toBeGreaterThan(1_000);
  },
  TESTS_MAX_MS,
);
