import { expect, it } from 'vitest';
import { problemText, summaryLines, type TestReport } from './test-report.ts';

const clean: TestReport = { passed: 3, skipped: 0, failures: [], repeated: [] };

it('ends with the sum of all runs', () => {
  expect(summaryLines([clean, { ...clean, passed: 4 }])).toEqual(['7 passed, 0 failed']);
});

it('counts what was skipped, when something was', () => {
  expect(summaryLines([{ ...clean, skipped: 2 }])).toEqual(['3 passed, 0 failed, 2 skipped']);
});

it('names what failed, and what passed at the second attempt only', () => {
  const report: TestReport = {
    passed: 1,
    skipped: 0,
    failures: [{ name: 'a.test.ts > adds', problem: 'expected 1 to be 2' }],
    repeated: [{ name: 'b.test.ts > waits', problem: 'timed out' }],
  };
  expect(summaryLines([clean, report])).toEqual([
    'Passed at the second attempt only:',
    '  b.test.ts > waits',
    '      timed out',
    'Failed:',
    '  a.test.ts > adds',
    '      expected 1 to be 2',
    '4 passed, 1 failed',
  ]);
});

it('says why a process stopped: the last lines that it printed are told, each indented', () => {
  const printed = Array.from({ length: 25 }, (_, index) => `  line ${index + 1}`);
  const problem = problemText(['backend stopped while starting', 'Its last lines:', ...printed].join('\n'));
  expect(problem.split('\n')).toEqual(['backend stopped while starting', '…', ...printed.slice(-6)]);
  const repeated = [{ name: 'c.test.ts > starts', problem }];
  expect(summaryLines([{ ...clean, repeated }]).slice(1, -1)).toEqual([
    '  c.test.ts > starts',
    '      backend stopped while starting',
    '      …',
    ...printed.slice(-6).map((line) => `      ${line}`),
  ]);
  expect(problemText('first\nsecond\n')).toBe('first\nsecond');
  expect(problemText('expected 1 to be 2')).toBe('expected 1 to be 2');
});
