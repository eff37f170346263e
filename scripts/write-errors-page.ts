import { writeFile } from 'node:fs/promises';
import { browserErrorFacts } from './browser-error-facts.ts';
import { errorsPage } from './errors-page.ts';
import { PYTHON_ERROR_TABLE, pythonErrorTable } from './python-error-table.ts';

await writeFile(new URL('../docs/errors.md', import.meta.url), await errorsPage());
await writeFile(
  new URL('../packages/protocol/src/errors/error-facts.browser.ts', import.meta.url),
  await browserErrorFacts(),
);
await writeFile(new URL(PYTHON_ERROR_TABLE, import.meta.url), pythonErrorTable());
