import { summaryLines, type TestReport } from '../../../scripts/test-report/test-report.ts';
import type { AppFacts, AxeViolation } from '../record/app-facts.ts';

/** What `npm run test:app -- --json` ends with, in one line. */
export interface AppSummary {
  readonly passed: number;
  readonly failed: number;
  /** How many rules of axe are broken, each counted once for each place. */
  readonly axeViolations: number;
  readonly failureFaces: readonly string[];
  /** Paths from the project's root. */
  readonly screenshots: readonly string[];
  /** `undefined`, and so absent in JSON, when the test that measures it did not run. */
  readonly initialJsGzBytes: number | undefined;
  /** Recorded, not judged: they depend on the machine. */
  readonly firstScreenMs: number | undefined;
  readonly interactiveMs: number | undefined;
}

export function summarise({ passed, failures }: TestReport, facts: readonly AppFacts[]): AppSummary {
  const names = (of: (fact: AppFacts) => readonly string[]): string[] => [...new Set(facts.flatMap(of))].toSorted();
  const firstScreen = facts.find((fact) => fact.firstScreen !== undefined)?.firstScreen;
  return {
    passed,
    failed: failures.length,
    axeViolations: facts.flatMap((fact) => fact.axeViolations).length,
    failureFaces: names((fact) => fact.failureFaces),
    screenshots: names((fact) => fact.screenshots),
    initialJsGzBytes: firstScreen?.initialJsGzBytes,
    firstScreenMs: firstScreen?.firstScreenMs,
    interactiveMs: firstScreen?.interactiveMs,
  };
}

const describeViolation = ({ where, rule, help, targets }: AxeViolation): string[] => [
  `  ${where}: ${help} (${rule})`,
  ...targets.map((target) => `      ${target}`),
];

/** The same for people. The last line is the sum. */
export function readableSummary(report: TestReport, facts: readonly AppFacts[]): string[] {
  const summary = summarise(report, facts);
  const { initialJsGzBytes, firstScreenMs, interactiveMs, failureFaces, screenshots } = summary;
  const violations = facts.flatMap((fact) => fact.axeViolations);
  return [
    ...(violations.length === 0 ? ['axe found nothing.'] : ['axe found:', ...violations.flatMap(describeViolation)]),
    `Failures that were shown to a person: ${failureFaces.join(', ') || 'none'}`,
    `Pictures: ${screenshots.length}${screenshots.length === 0 ? '' : ', in artefacts/app'}`,
    ...(initialJsGzBytes === undefined
      ? []
      : [
          `Scripts before the first screen: ${(initialJsGzBytes / 1000).toFixed(1)} kB compressed; ` +
            `first screen after ${firstScreenMs} ms, interactive after ${interactiveMs} ms on this machine`,
        ]),
    ...summaryLines([report]),
  ];
}
