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
import { TYPESCRIPT_PROJECTS } from './typescript-projects.ts';

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

const { values } = parseArgs({
  options: { only: { type: 'string' }, nightly: { type: 'boolean', default: false } },
});
const stages = new Set(values.only?.split(',') ?? ['static', 'unit', 'system', ...(values.nightly ? ['bench'] : [])]);
/** Calls that the nightly benchmark places: some ten minutes. */
const NIGHTLY_RUNS = 50;
const tally: Tally = { passed: 0, failed: 0, skipped: 0 };

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
  if (code === 0) tally.passed += 1;
  else tally.failed += 1;
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numFailedTestSuites: number;
}

async function vitest(project: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'oracle-calls-test-'));
  const outputFile = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${outputFile}`];
  const code = await run('vitest', ['run', '--project', project, ...reporters], environment);
  try {
    const report = JSON.parse(await readFile(outputFile, 'utf8')) as VitestReport;
    tally.passed += report.numPassedTests;
    // A suite that fails to load has no failed test of its own, and a failed run is never counted as none.
    tally.failed += Math.max(report.numFailedTests, code === 0 ? 0 : 1);
    tally.skipped += report.numPendingTests;
  } catch {
    tally.failed += 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function staticChecks(): Promise<void> {
  await check('formatted', 'prettier', ['--check', '--log-level=warn', '.']);
  await check('linted, warnings denied', 'oxlint', ['--type-aware', '--deny-warnings', '.']);
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
  await ensureToolchain({ write: (line) => console.log(line), verifpal: true, schemathesis: true });
  await vitest('system', environment);
}
// Figures depend on the machine: that they could be measured is all that is checked.
if (stages.has('bench')) {
  await check(`benchmarks of ${NIGHTLY_RUNS} runs`, 'node', ['benchmarks/main.ts', '--runs', String(NIGHTLY_RUNS)]);
}

const skipped = tally.skipped > 0 ? `, ${tally.skipped} skipped` : '';
console.log(`\n${tally.passed} passed, ${tally.failed} failed${skipped}`);
process.exitCode = tally.failed === 0 ? 0 : 1;
