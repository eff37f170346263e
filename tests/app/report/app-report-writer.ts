/** A reporter of vitest that writes what the app's tests told, as JSON, to the file that `ORACLE_CALLS_APP_REPORT` names. */
import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';
import type { AppFacts } from '../record/app-facts.ts';

export default class AppReportWriter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const file = process.env['ORACLE_CALLS_APP_REPORT'];
    if (file === undefined) throw new Error('ORACLE_CALLS_APP_REPORT names no file.');
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const facts: AppFacts[] = tests.flatMap((test) => test.meta().appFacts ?? []);
    writeFileSync(file, JSON.stringify(facts));
  }
}
