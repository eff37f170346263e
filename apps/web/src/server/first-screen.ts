import { readFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';

/** Files of a build that the page needs before anybody has signed in: what its HTML names, and whatever those import at once. Paths from the root, sorted. */
export async function firstScreenFiles(folder: string): Promise<readonly string[]> {
  const html = await readFile(join(folder, 'index.html'), 'utf8');
  const named = [...html.matchAll(/<(?:script|link)\b[^>]*?\b(?:src|href)="(\/[^"]+)"/g)].map(([, path = '']) => path);
  const files = new Set(named);
  // A set is walked through to what is added on the way.
  for (const file of files) {
    if (!file.endsWith('.js')) continue;
    const code = await readFile(join(folder, file), 'utf8');
    for (const imported of staticImports(code)) files.add(posix.join(dirname(file), imported));
  }
  return [...files].toSorted();
}

/** What a chunk imports at once; `import()` is for later. */
function staticImports(code: string): string[] {
  return [...code.matchAll(/(?:\bfrom|\bimport)\s*["'](\.\/[^"']+)["']/g)].map(([, path = '']) => path);
}
