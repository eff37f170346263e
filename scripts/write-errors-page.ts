import { writeFile } from 'node:fs/promises';
import { browserErrorFacts } from './browser-error-facts.ts';
import { errorsPage } from './errors-page.ts';

await writeFile(new URL('../docs/errors.md', import.meta.url), await errorsPage());
await writeFile(
  new URL('../packages/protocol/src/errors/error-facts.browser.ts', import.meta.url),
  await browserErrorFacts(),
);
