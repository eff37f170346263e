import { expect, test } from 'vitest';
import { benchHelp, parseBenchCommand } from './command-line.ts';

const NAMES = ['setup', 'size', 'key'];

test('without a word, every benchmark runs', () => {
  expect(parseBenchCommand([], NAMES)).toEqual({
    kind: 'run',
    only: NAMES,
    runs: undefined,
    isProfiled: false,
    output: 'text',
  });
});

test('some can be picked; they run in their own order', () => {
  const command = parseBenchCommand(['--only', 'key,setup', '--runs', '5', '--json', '--profile'], NAMES);
  expect(command).toEqual({ kind: 'run', only: ['setup', 'key'], runs: 5, isProfiled: true, output: 'json' });
});

test.each([
  [['--only', 'speed'], 'There is no benchmark "speed". There are: setup, size, key.'],
  [['--only', ''], 'There is no benchmark "". There are: setup, size, key.'],
  [['--runs', '0'], '--runs takes a whole number from 1 to 9999.'],
  [['--runs', '1.5'], '--runs takes a whole number from 1 to 9999.'],
  [['--runs', 'many'], '--runs takes a whole number from 1 to 9999.'],
])('%j is not understood', (args, problem) => {
  expect(parseBenchCommand(args, NAMES)).toEqual({ kind: 'not-understood', problem });
});

test('an unknown option is not understood', () => {
  expect(parseBenchCommand(['--fast'], NAMES)).toMatchObject({ kind: 'not-understood' });
});

test('the help names every benchmark and fits a terminal', () => {
  expect(parseBenchCommand(['-h'], NAMES)).toEqual({ kind: 'help' });
  const lines = benchHelp(NAMES).split('\n');
  expect(lines.join('\n')).toContain('setup, size, key');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});
