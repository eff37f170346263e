/** One test, or one file that could not be loaded, that did not go well at once. */
export interface TestTrouble {
  /** File and titles of the test. */
  readonly name: string;
  /** What was thrown, see `problemText`. */
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

/** An error that quotes a process's output says at its end why: the first line alone would only tell that it stopped. */
const LAST_LINES = 6;

/** What a list of troubles says of an error: its first line and its last ones. */
export function problemText(message: string): string {
  const [first = '', ...others] = message.trimEnd().split('\n');
  const last = others.slice(-LAST_LINES);
  return [first, ...(others.length > last.length ? ['…'] : []), ...last].join('\n');
}

const indented = (text: string, by: string): string[] => text.split('\n').map((line) => `${by}${line}`);

const list = (title: string, troubles: readonly TestTrouble[]): string[] =>
  troubles.length === 0
    ? []
    : [title, ...troubles.flatMap(({ name, problem }) => [`  ${name}`, ...indented(problem, '      ')])];

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
