import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { metricsPage } from './metrics-page.ts';

test('docs/metrics.md says what the tables say', async () => {
  const page = await readFile(new URL('../docs/metrics.md', import.meta.url), 'utf8');
  expect(page).toBe(await metricsPage());
});
