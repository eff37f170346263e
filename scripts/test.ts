/**
 * `npm test`: every check needed to trust a change. `npm run nightly` adds the long ones (`NIGHTLY=1`).
 * `--only static,unit,system,app` picks stages; `bench`, part of the nightly run, measures and judges nothing. Ends with one line `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { ensureToolchain } from '../dev/toolchain/toolchain.ts';
import { runVitest } from './test-report/run-vitest.ts';
import { summaryLines, type TestReport } from './test-report/test-report.ts';
import { TYPESCRIPT_PROJECTS } from './typescript-projects.ts';

const { values } = parseArgs({
  options: { only: { type: 'string' }, nightly: { type: 'boolean', default: false } },
});
const stages = new Set(
  values.only?.split(',') ?? ['static', 'unit', 'system', 'app', ...(values.nightly ? ['bench'] : [])],
);
const environment = values.nightly ? { NIGHTLY: '1' } : {};
/** System tests, by the beginnings of their paths, in which nothing is on a clock: they run beside those where calls have to be in time. */
const UNHURRIED = [
  'tests/system/matrix-',
  'tests/system/sso',
  'tests/system/stack-servers',
  'tests/system/oracle-by-matrix-id',
  'tests/browser/page-',
  'tests/browser/docs-page',
  'tests/system/backup',
  'tests/python/',
  'tests/attacks/agent',
  'tests/attacks/matrix',
  'tests/attacks/stack',
  'tests/examples/',
  'tests/fuzz/',
  'tests/formal/',
  'tests/store/',
  'tests/packaging/',
] as const;
/** Calls that the nightly benchmark of the set-up places: some ten minutes. */
const NIGHTLY_RUNS = 50;
/** Calls in which the whole set of recordings is played: some five minutes each. */
const NIGHTLY_TALKS = 3;
const reports: TestReport[] = [];

function run(command: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** One command that counts as one check. */
async function check(name: string, command: string, args: readonly string[]): Promise<void> {
  const startedAt = performance.now();
  const code = await run(command, args);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'}  ${name} (${seconds} s)`);
  const failures =
    code === 0 ? [] : [{ name, problem: `\`${command} ${args.join(' ')}\` ended with exit code ${code}` }];
  reports.push({ passed: 1 - failures.length, skipped: 0, failures, repeated: [] });
}

async function vitest(project: string, args: readonly string[] = []): Promise<void> {
  reports.push(await runVitest({ project, environment, args }));
}

/** The longer lane: servers mostly wait for each other, so another lane has room beside it. */
async function callsWithDeadlines(): Promise<void> {
  if (!stages.has('system')) return;
  await vitest(
    'system',
    UNHURRIED.map((path) => `--exclude=${path}**`),
  );
}

async function everythingBeside(): Promise<void> {
  if (stages.has('system')) await vitest('system', UNHURRIED);
  if (stages.has('app')) await vitest('app');
}

async function staticChecks(): Promise<void> {
  await check('formatted', 'prettier', ['--check', '--log-level=warn', '.']);
  await check('linted, warnings denied', 'oxlint', ['--type-aware', '--deny-warnings', '.']);
  await check('nothing is unused', 'knip', ['--no-progress']);
  const waiting = [...TYPESCRIPT_PROJECTS];
  const worker = async (): Promise<void> => {
    for (let project = waiting.shift(); project !== undefined; project = waiting.shift()) {
      await check(`types of ${project}`, 'tsc', ['-p', project]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, worker));
}

if (stages.has('static')) await staticChecks();
if (stages.has('unit')) await vitest('unit');
if (stages.has('system') || stages.has('app')) {
  const isWhole = stages.has('system');
  const forTests = { verifpal: isWhole, schemathesis: isWhole, pythonPackage: isWhole, postgres: isWhole };
  await ensureToolchain({ write: (line) => console.log(line), ...forTests });
  await Promise.all([callsWithDeadlines(), everythingBeside()]);
}
// Figures depend on the machine: that they could be measured is all that is checked.
if (stages.has('bench')) {
  const measure = (names: string, runs: number): Promise<void> =>
    check(`benchmarks of ${names}, ${runs} runs`, 'node', [
      'benchmarks/main.ts',
      ...['--only', names, '--runs', String(runs)],
    ]);
  await measure('setup,size,retrieval,key', NIGHTLY_RUNS);
  await measure('conversation', NIGHTLY_TALKS);
}

console.log(`\n${summaryLines(reports).join('\n')}`);
process.exitCode = reports.some(({ failures }) => failures.length > 0) ? 1 : 0;
