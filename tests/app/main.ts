/**
 * `npm run test:app`: the tests of the real client alone. With `--json` the last line is JSON, and everything before it goes to
 * standard error. Whatever else is given goes to vitest: names of files, `-t`, `--retry`.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureToolchain } from '../../dev/toolchain/toolchain.ts';
import { runVitest } from '../../scripts/test-report/run-vitest.ts';
import type { AppFacts } from './record/app-facts.ts';
import { ARTEFACTS } from './record/displays.ts';
import { readableSummary, summarise } from './report/app-summary.ts';

const given = process.argv.slice(2);
const isJson = given.includes('--json');
const args = [
  '--reporter=./tests/app/report/app-report-writer.ts',
  ...given.filter((argument) => argument !== '--json'),
];

const folder = await mkdtemp(join(tmpdir(), 'oracle-calls-app-'));
try {
  await ensureToolchain({ write: (line) => console.error(line) });
  // Pictures of an earlier run would be taken for this one's.
  await rm(ARTEFACTS, { recursive: true, force: true });
  const file = join(folder, 'app.json');
  const environment = { ORACLE_CALLS_APP_REPORT: file };
  const report = await runVitest({ project: 'app', args, environment, output: isJson ? 'stderr' : 'stdout' });
  const facts = await readFacts(file);
  for (const line of readableSummary(report, facts)) (isJson ? console.error : console.log)(line);
  if (isJson) console.log(JSON.stringify(summarise(report, facts)));
  process.exitCode = report.failures.length > 0 ? 1 : 0;
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** A run that broke off has written nothing; its report says that it failed. */
async function readFacts(file: string): Promise<AppFacts[]> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as AppFacts[];
  } catch {
    return [];
  }
}
