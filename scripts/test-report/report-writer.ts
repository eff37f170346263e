/** A reporter of vitest that writes a `TestReport` as JSON to the file that `ORACLE_CALLS_TEST_REPORT` names. */
import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node';
import { problemText, type TestReport, type TestTrouble } from './test-report.ts';

const problemOf = ([error]: readonly { readonly message: string }[]): string =>
  error === undefined ? 'no reason given' : problemText(error.message);

function troubleOf(test: TestCase): TestTrouble {
  const { errors = [] } = test.result();
  return { name: `${test.module.relativeModuleId} > ${test.fullName}`, problem: problemOf(errors) };
}

/** Files and suites that failed outside of their tests, in a hook or on loading, have no failed test of their own. */
function troublesAround(module: TestModule): TestTrouble[] {
  const suites = [...module.children.allSuites()].map((suite) => ({
    name: `${module.relativeModuleId} > ${suite.fullName}`,
    errors: suite.errors(),
  }));
  return [{ name: module.relativeModuleId, errors: module.errors() }, ...suites]
    .filter(({ errors }) => errors.length > 0)
    .map(({ name, errors }) => ({ name, problem: problemOf(errors) }));
}

export default class ReportWriter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const file = process.env['ORACLE_CALLS_TEST_REPORT'];
    if (file === undefined) throw new Error('ORACLE_CALLS_TEST_REPORT names no file.');
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const inState = (state: string): TestCase[] => tests.filter((test) => test.result().state === state);
    const report: TestReport = {
      passed: inState('passed').length,
      skipped: inState('skipped').length,
      failures: [
        ...inState('failed').map(troubleOf),
        ...modules.flatMap(troublesAround),
        ...unhandled.map((error) => ({ name: 'outside of every test', problem: problemOf([error]) })),
      ],
      repeated: tests.filter((test) => test.diagnostic()?.flaky === true).map(troubleOf),
    };
    writeFileSync(file, JSON.stringify(report));
  }
}
