import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import type { AxeViolation } from './app-facts.ts';

let source: Promise<string> | undefined;

/**
 * What axe finds on a page as it is now. Its source goes in by the browser's debugger, which no Content-Security-Policy
 * concerns: the page's stays in force.
 */
export async function axeViolations(page: Page, where: string): Promise<AxeViolation[]> {
  source ??= readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const isThere = await page.evaluate(() => 'axe' in globalThis);
  if (!isThere) await page.evaluate(await source);
  const { violations } = await page.evaluate(async () => {
    const { axe } = globalThis as object as { readonly axe: { run(options: object): Promise<AxeResults> } };
    return axe.run({ resultTypes: ['violations'] });
  });
  return violations.map(({ id, help, nodes }) => ({
    where,
    rule: id,
    help,
    targets: nodes.map(({ target }) => target.join(' ')),
  }));
}
