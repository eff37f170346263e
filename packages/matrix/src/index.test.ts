import { glob, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

test('outside ./node nothing of the SDK is imported at run time, so that a browser bundle gets the application’s copy only', async () => {
  const offenders: string[] = [];
  let files = 0;
  for await (const file of glob('**/*.ts', { cwd: import.meta.dirname, exclude: ['node/**', '**/*.test.ts'] })) {
    files += 1;
    const source = await readFile(`${import.meta.dirname}/${file}`, 'utf8');
    for (const [statement] of source.matchAll(
      /^(import|export)\b[^;]*from '(matrix-js-sdk|fake-indexeddb|node:)[^']*';/gm,
    )) {
      if (!statement.startsWith('import type ')) offenders.push(`${file}: ${statement}`);
    }
  }
  expect(files).toBeGreaterThan(10);
  expect(offenders).toEqual([]);
});
