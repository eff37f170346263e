/** The package in `python/` as somebody gets it: a wheel, installed where nothing of this checkout is. */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runToEnd } from '../../dev/process/run-to-end.ts';
import { ensurePythonPackageTools } from '../../dev/toolchain/python-package-venv.ts';

const PACKAGE_DIR = fileURLToPath(new URL('../../python', import.meta.url));
/** Bounds that only catch a hang. */
const INSTALL_MAX_MS = 20 * 60_000;
const STEP_MAX_MS = 5 * 60_000;
/** What stands in the checkout and is nobody's but ours. */
const LEFT_OUT = ['tests', 'vectors', 'examples', 'requirements'];

let tools: string;
let folder: string;
let python: string;
let wheel: string;

async function run(command: string, args: readonly string[], cwd = folder): Promise<readonly string[]> {
  const said: string[] = [];
  try {
    return await runToEnd({
      name: args.slice(0, 3).join(' '),
      command,
      args,
      cwd,
      env: { ...process.env, PYTHONPATH: '', PYTHONDONTWRITEBYTECODE: '1' },
      timeoutMs: STEP_MAX_MS,
      log: (line) => said.push(line),
    });
  } catch (cause) {
    throw new Error(said.join('\n'), { cause });
  }
}

const lines = async (code: string): Promise<readonly string[]> => await run(python, ['-I', '-c', code]);

beforeAll(async () => {
  tools = await ensurePythonPackageTools({ report: (line) => console.log(line), reportCached: false });
  folder = await mkdtemp(join(tmpdir(), 'oracle-calls-wheel-'));
  // A build leaves folders beside what it builds.
  const source = join(folder, 'source');
  await cp(PACKAGE_DIR, source, { recursive: true, filter: (path) => !/__pycache__|_cache$|\.egg-info$/.test(path) });
  const build = ['-m', 'pip', 'wheel', '--no-deps', '--no-index', '--no-build-isolation', '-w', folder, source];
  await run(tools, build);
  wheel = join(folder, (await readdir(folder)).find((name) => name.endsWith('.whl')) ?? 'no wheel');
  // Its dependencies are those of the tools, and nothing of the checkout is on its path.
  const venv = join(folder, 'venv');
  await run(tools, ['-m', 'venv', '--without-pip', venv]);
  python = join(venv, 'bin', 'python');
  const [ours, theirs] = await Promise.all([python, tools].map(sitePackages));
  await writeFile(join(ours ?? '', 'dependencies.pth'), `${theirs ?? ''}\n`);
  await run(tools, ['-m', 'pip', '--python', python, 'install', '--no-deps', '--no-index', wheel]);
}, INSTALL_MAX_MS);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function sitePackages(command: string): Promise<string> {
  const [path = ''] = await run(command, ['-I', '-c', "import sysconfig; print(sysconfig.get_path('purelib'))"]);
  return path;
}

test(
  'the wheel holds every module and the mark that it is typed, and nothing else',
  async () => {
    const names = (
      await lines(`import zipfile; print(*zipfile.ZipFile(${JSON.stringify(wheel)}).namelist(), sep="\\n")`)
    )
      .filter((name) => !name.includes('.dist-info/'))
      .toSorted();
    const modules = (await readdir(join(PACKAGE_DIR, 'src'), { recursive: true })).filter((name) =>
      name.endsWith('.py'),
    );
    expect(names).toEqual([...modules, 'oracle_calls/py.typed'].toSorted());
    expect(names.filter((name) => LEFT_OUT.includes(name.split('/')[0] ?? ''))).toEqual([]);
  },
  STEP_MAX_MS,
);

test(
  'what it says of itself is what the project says, and its README is Markdown',
  async () => {
    const said = await lines(
      'from importlib.metadata import metadata as m; d = m("oracle-calls"); print(d["Version"], d["Requires-Python"], d["License-Expression"], d["Description-Content-Type"], *d.get_all("Provides-Extra"), sep="\\n")',
    );
    const { version } = JSON.parse(await readFile(join(dirname(PACKAGE_DIR), 'package.json'), 'utf8')) as {
      readonly version: string;
    };
    expect(said).toEqual([version, '>=3.10', 'Apache-2.0', 'text/markdown', 'agent']);
  },
  STEP_MAX_MS,
);

test(
  'it is installed from the wheel, and every module can be imported',
  async () => {
    const said = await lines(
      'import importlib, pkgutil, oracle_calls as o; [importlib.import_module(m.name) for m in pkgutil.walk_packages(o.__path__, "oracle_calls.")]; print(o.__file__ or list(o.__path__)[0])',
    );
    expect(said.at(-1)).toContain(await sitePackages(python));
  },
  STEP_MAX_MS,
);

test(
  'a program against it runs, and strict mypy sees its types',
  async () => {
    const consumer = join(folder, 'consumer.py');
    await cp(join(PACKAGE_DIR, 'tests', 'consumer.py'), consumer);
    await run(python, ['-I', consumer]);
    const options = ['--strict', '--config-file=', '--cache-dir', join(folder, 'mypy'), '--python-executable', python];
    const said = await run(tools, ['-m', 'mypy', ...options, consumer]);
    expect(said.at(-1)).toBe('Success: no issues found in 1 source file');
  },
  STEP_MAX_MS,
);
