/**
 * `npm test`: every check needed to trust a change. `npm run nightly` adds the long ones (`NIGHTLY=1`).
 * `--only static,unit,system` picks stages; `bench`, part of the nightly run, measures and judges nothing. Ends with one line `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureToolchain } from '../dev/toolchain/toolchain.ts';
import { summaryLines, type TestReport } from './test-report/test-report.ts';
import { TYPESCRIPT_PROJECTS } from './typescript-projects.ts';

const { values } = parseArgs({
  options: { only: { type: 'string' }, nightly: { type: 'boolean', default: false } },
});
const stages = new Set(values.only?.split(',') ?? ['static', 'unit', 'system', ...(values.nightly ? ['bench'] : [])]);
/** Calls that the nightly benchmark places: some ten minutes. */
const NIGHTLY_RUNS = 50;
const reports: TestReport[] = [];

function run(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...environment } });
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

async function vitest(project: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'oracle-calls-test-'));
  const file = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=./scripts/test-report/report-writer.ts'];
  const args = ['run', '--project', project, ...reporters];
  try {
    const code = await run('vitest', args, { ...environment, ORACLE_CALLS_TEST_REPORT: file });
    reports.push(await readReport(file, project, code));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A run that failed is never counted as one without failures, whatever it wrote. */
async function readReport(file: string, project: string, code: number): Promise<TestReport> {
  const broken = { name: `the ${project} tests`, problem: `the runner ended with exit code ${code}` };
  try {
    const report = JSON.parse(await readFile(file, 'utf8')) as TestReport;
    return code !== 0 && report.failures.length === 0 ? { ...report, failures: [broken] } : report;
  } catch {
    return { passed: 0, skipped: 0, failures: [broken], repeated: [] };
  }
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

const environment = values.nightly ? { NIGHTLY: '1' } : {};
if (stages.has('static')) await staticChecks();
if (stages.has('unit')) await vitest('unit', environment);
if (stages.has('system')) {
  const forTests = { verifpal: true, schemathesis: true, pythonPackage: true, postgres: true };
  await ensureToolchain({ write: (line) => console.log(line), ...forTests });
  await vitest('system', environment);
}
// Figures depend on the machine: that they could be measured is all that is checked.
if (stages.has('bench')) {
  await check(`benchmarks of ${NIGHTLY_RUNS} runs`, 'node', ['benchmarks/main.ts', '--runs', String(NIGHTLY_RUNS)]);
}

console.log(`\n${summaryLines(reports).join('\n')}`);
process.exitCode = reports.some(({ failures }) => failures.length > 0) ? 1 : 0;
