import { expect, test } from 'vitest';
import type { TestReport } from '../../../scripts/test-report/test-report.ts';
import { noFacts, type AppFacts } from '../record/app-facts.ts';
import { readableSummary, summarise } from './app-summary.ts';

const report: TestReport = { passed: 2, skipped: 0, failures: [{ name: 'calls', problem: 'no' }], repeated: [] };
const facts: AppFacts[] = [
  {
    ...noFacts(),
    axeViolations: [{ where: 'call', rule: 'label', help: 'Form elements must have labels', targets: ['#did'] }],
    failureFaces: ['offline'],
    screenshots: ['artefacts/app/b.png'],
  },
  {
    ...noFacts(),
    failureFaces: ['busy', 'offline'],
    screenshots: ['artefacts/app/a.png'],
    firstScreen: { initialJsGzBytes: 12_345, firstScreenMs: 80, interactiveMs: 120 },
  },
];

test('the facts of all tests are added up, each name once and in order', () => {
  expect(JSON.parse(JSON.stringify(summarise(report, facts)))).toEqual({
    passed: 2,
    failed: 1,
    axeViolations: 1,
    failureFaces: ['busy', 'offline'],
    screenshots: ['artefacts/app/a.png', 'artefacts/app/b.png'],
    initialJsGzBytes: 12_345,
    firstScreenMs: 80,
    interactiveMs: 120,
  });
});

test('a run that measured nothing claims no figure', () => {
  expect(JSON.parse(JSON.stringify(summarise(report, [])))).not.toHaveProperty('initialJsGzBytes');
});

test('people read what axe found and where', () => {
  expect(readableSummary(report, facts)).toEqual([
    'axe found:',
    '  call: Form elements must have labels (label)',
    '      #did',
    'Failures that were shown to a person: busy, offline',
    'Pictures: 2, in artefacts/app',
    'Scripts before the first screen: 12.3 kB compressed; first screen after 80 ms, interactive after 120 ms on this machine',
    'Failed:',
    '  calls',
    '      no',
    '2 passed, 1 failed',
  ]);
});
