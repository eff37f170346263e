import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { CLI_README, cliReadme } from './cli-reference.ts';

test('the reference of the command line says what its help says (npm run cli-reference)', async () => {
  expect(await readFile(CLI_README, 'utf8')).toBe(await cliReadme());
});
