import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { PYTHON_ERROR_TABLE, pythonErrorTable } from './python-error-table.ts';

test('the Python package has every error as the table says', async () => {
  expect(await readFile(new URL(PYTHON_ERROR_TABLE, import.meta.url), 'utf8')).toBe(pythonErrorTable());
});
