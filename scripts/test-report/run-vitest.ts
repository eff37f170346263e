import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestReport } from './test-report.ts';

export interface VitestRun {
  readonly project: string;
  /** Further arguments of `vitest run`. */
  readonly args?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** Where what the runner prints goes. `stdout` unless told. */
  readonly output?: 'stdout' | 'stderr';
}

/** Runs one project of tests and tells how it went. A run that failed is never counted as one without failures. */
export async function runVitest({
  project,
  args = [],
  environment,
  output = 'stdout',
}: VitestRun): Promise<TestReport> {
  const folder = await mkdtemp(join(tmpdir(), 'oracle-calls-test-'));
  const file = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=./scripts/test-report/report-writer.ts'];
  try {
    const code = await run(['run', '--project', project, ...reporters, ...args], {
      environment: { ...environment, ORACLE_CALLS_TEST_REPORT: file },
      output,
    });
    return await readReport(file, project, code);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function run(
  args: readonly string[],
  { environment, output }: { readonly environment: NodeJS.ProcessEnv; readonly output: 'stdout' | 'stderr' },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const stdio = ['inherit', process[output], 'inherit'] as const;
    const child = spawn('vitest', args, { stdio: [...stdio], env: { ...process.env, ...environment } });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

async function readReport(file: string, project: string, code: number): Promise<TestReport> {
  const broken = { name: `the ${project} tests`, problem: `the runner ended with exit code ${code}` };
  try {
    const report = JSON.parse(await readFile(file, 'utf8')) as TestReport;
    return code !== 0 && report.failures.length === 0 ? { ...report, failures: [broken] } : report;
  } catch {
    return { passed: 0, skipped: 0, failures: [broken], repeated: [] };
  }
}
