import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import type { CheckResult } from './check.ts';
import { countsOf, describeResults } from './report.ts';

const long = 'words that go on and on '.repeat(10).trim();
const results: CheckResult[] = [
  { id: 'sfu.api', title: 'SFU', status: 'ok', detail: 'answers' },
  { id: 'sfu.tls', title: 'Certificate', status: 'failed', detail: long, mend: long },
  { id: 'clocks.sfu', title: 'SFU', status: 'warning', detail: 'a bit off', mend: 'Keep the time.' },
  { id: 'keys.one', title: 'One', status: 'skipped', detail: 'not given' },
  { id: 'keys.two', title: 'Two', status: 'skipped', detail: 'not given' },
];

test('the report is grouped, fits on a terminal, and ends with the counts', () => {
  const text = describeResults(results, false);
  const lines = text.split('\n');
  expect(lines.slice(0, 2)).toEqual(['sfu', '  ok       SFU: answers']);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(text).toContain(`\n${' '.repeat(11)}→ words that go`);
  expect(text).toContain('  warning  SFU: a bit off\n           → Keep the time.\n');
  expect(text).toContain('  skipped  All 2: not given\n');
  expect(lines.at(-2)).toBe('1 ok, 1 warnings, 1 failed, 2 skipped');
  expect(countsOf(results)).toEqual({ ok: 1, warning: 1, failed: 1, skipped: 2 });
});

test('colours change nothing but the colour', () => {
  const coloured = describeResults(results, true);
  expect(coloured).toContain('\u001B[31m');
  expect(stripVTControlCharacters(coloured)).toBe(describeResults(results, false));
});

test('what a server says cannot write on the terminal', () => {
  const hostile: CheckResult = { id: 'a.b', title: 'A', status: 'ok', detail: '\u001B[2J\u001B]0;title\u0007gone' };
  expect(describeResults([hostile], false)).not.toContain('\u001B');
});

test('a word longer than a line stays whole', () => {
  const path = `/${'folder/'.repeat(20)}file`;
  expect(describeResults([{ id: 'a.b', title: 'A', status: 'ok', detail: `in ${path}` }], false)).toContain(path);
});
