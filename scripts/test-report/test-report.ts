/** One test, or one file that could not be loaded, that did not go well at once. */
export interface TestTrouble {
  /** File and titles of the test. */
  readonly name: string;
  /** The first line of what was thrown. */
  readonly problem: string;
}

/** How one run of the runner went. */
export interface TestReport {
  readonly passed: number;
  readonly skipped: number;
  readonly failures: readonly TestTrouble[];
  /** Passed, but not at the first attempt. */
  readonly repeated: readonly TestTrouble[];
}

const list = (title: string, troubles: readonly TestTrouble[]): string[] =>
  troubles.length === 0 ? [] : [title, ...troubles.flatMap(({ name, problem }) => [`  ${name}`, `      ${problem}`])];

/** The end of a run, so that whoever reads the last lines alone knows what went wrong. The last line is the sum. */
export function summaryLines(reports: readonly TestReport[]): string[] {
  const failures = reports.flatMap((report) => report.failures);
  const skipped = reports.reduce((sum, report) => sum + report.skipped, 0);
  const passed = reports.reduce((sum, report) => sum + report.passed, 0);
  return [
    ...list(
      'Passed at the second attempt only:',
      reports.flatMap((report) => report.repeated),
    ),
    ...list('Failed:', failures),
    `${passed} passed, ${failures.length} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
  ];
}
