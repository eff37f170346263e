import { expect, it } from 'vitest';
import { summaryLines, type TestReport } from './test-report.ts';

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
