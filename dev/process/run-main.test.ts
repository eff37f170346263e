import { parseArgs } from 'node:util';
import { expect, test } from 'vitest';
import { DevError } from './dev-error.ts';
import { runMain } from './run-main.ts';

async function told(main: () => Promise<number>): Promise<readonly [number, ...string[]]> {
  const lines: string[] = [];
  const code = await runMain(main, { tell: (line) => void lines.push(line) });
  return [code, ...lines];
}

test.each([
  [['--bogus'], "error: Unknown option '--bogus' (see --help)"],
  [['--question'], "error: Option '--question <value>' argument missing (see --help)"],
  [['file'], "error: Unexpected argument 'file' (see --help)"],
])('%s, typed wrongly, is told in a line and ends with 2', async (args, line) => {
  const main = async (): Promise<number> => {
    parseArgs({ args, options: { question: { type: 'string' } } });
    return 0;
  };
  expect(await told(main)).toEqual([2, line]);
});

test('what cannot be started is told without the lines of the program, and ends with 1', async () => {
  const main = (): Promise<number> => Promise.reject(new DevError('ERR_DEV_STATE', 'ruby is none.'));
  expect(await told(main)).toEqual([1, 'error: ruby is none.']);
});

test('a bug keeps its stack, and what went well its code', async () => {
  await expect(told(() => Promise.reject(new TypeError('a bug')))).rejects.toThrow('a bug');
  expect(await told(() => Promise.resolve(3))).toEqual([3]);
});
