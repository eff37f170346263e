import { stripVTControlCharacters, styleText } from 'node:util';
import type { CheckResult, Status } from './check.ts';
import { TEXT_COLUMNS } from '../terminal/output.ts';
import { wrap } from '../terminal/wrap.ts';

const MARKS: Readonly<Record<Status, { readonly word: string; readonly colour: 'green' | 'yellow' | 'red' | 'gray' }>> =
  {
    ok: { word: 'ok', colour: 'green' },
    warning: { word: 'warning', colour: 'yellow' },
    failed: { word: 'FAILED', colour: 'red' },
    skipped: { word: 'skipped', colour: 'gray' },
  };

const MARK_COLUMNS = 9;
const INDENT = 2 + MARK_COLUMNS;

const groupOf = ({ id }: CheckResult): string => id.split('.', 1)[0] ?? id;

type Paint = (colour: 'green' | 'yellow' | 'red' | 'gray' | 'bold', text: string) => string;

function describe(result: CheckResult, paint: Paint): string[] {
  const { word, colour } = MARKS[result.status];
  const indent = ' '.repeat(INDENT);
  const [first = '', ...more] = wrap(`${result.title}: ${result.detail}`, TEXT_COLUMNS - INDENT);
  // The arrow hangs to the left of its text.
  const mendLines = 'mend' in result ? wrap(result.mend, TEXT_COLUMNS - INDENT - 2) : [];
  const mend = mendLines.map((line, at) => `${at === 0 ? '→' : ' '} ${line}`);
  return [`  ${paint(colour, word.padEnd(MARK_COLUMNS))}${first}`, ...[...more, ...mend].map((line) => indent + line)];
}

/** How many of each, in words. */
export function countsOf(results: readonly CheckResult[]): Readonly<Record<Status, number>> {
  const counts = { ok: 0, warning: 0, failed: 0, skipped: 0 };
  for (const { status } of results) counts[status] += 1;
  return counts;
}

/** Checks of one group, side by side in the list. */
function groupsOf(results: readonly CheckResult[]): ReadonlyMap<string, readonly CheckResult[]> {
  return Map.groupBy(results, groupOf);
}

/** A group of which nothing was looked at is said in one line. */
function shortened(group: readonly CheckResult[]): readonly CheckResult[] {
  const [first] = group;
  const isAllSkipped = first !== undefined && group.length > 1 && group.every(({ status }) => status === 'skipped');
  return isAllSkipped ? [{ ...first, title: `All ${group.length}` }] : group;
}

/** The report for a person, at most {@link TEXT_COLUMNS} wide but for words that are longer. */
export function describeResults(results: readonly CheckResult[], hasColour: boolean): string {
  const paint: Paint = (colour, text) => (hasColour ? styleText(colour, text, { validateStream: false }) : text);
  const parts = [...groupsOf(results)].map(([name, group]) => {
    // What servers say is shown, but may not write on the terminal.
    const lines = shortened(group).flatMap((result) =>
      describe({ ...result, detail: stripVTControlCharacters(result.detail) }, paint),
    );
    return [paint('bold', name), ...lines, ''].join('\n');
  });
  const { ok, warning, failed, skipped } = countsOf(results);
  const summary = [`${ok} ok`, `${warning} warnings`, `${failed} failed`, `${skipped} skipped`].join(', ');
  return `${[...parts, paint('bold', summary)].join('\n')}\n`;
}
