import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** Pages of `docs/` that show files. */
export const PAGES_WITH_FILES = [
  'add-to-your-app.md',
  'bring-your-python-oracle.md',
  'deploying.md',
  'write-an-oracle.md',
] as const;

/** `<!-- file: path -->` and the fenced block below it, which shows that file. */
const INCLUDED = /^<!-- file: (\S+) -->\n\n(`{3,})[^\n]*\n[^]*?\n\2$/gm;
const LANGUAGES: Readonly<Record<string, string>> = {
  '.conf': 'nginx',
  '.json': 'json',
  '.md': 'md',
  '.py': 'py',
  '.service': 'ini',
  '.ts': 'ts',
  '.tsx': 'tsx',
  '.yaml': 'yaml',
};

/** The text of a page with every included file as it is now. */
export async function includeFiles(page: string, root: string): Promise<string> {
  const paths = includedPaths(page);
  const texts = new Map(
    await Promise.all(paths.map(async (path) => [path, await readFile(join(root, path), 'utf8')] as const)),
  );
  return page.replaceAll(INCLUDED, (_whole, path: string) => {
    const text = (texts.get(path) ?? '').trimEnd();
    return `<!-- file: ${path} -->\n\n\`\`\`${LANGUAGES[extname(path)] ?? 'text'}\n${text}\n\`\`\``;
  });
}

/** The files that a page shows. */
export function includedPaths(page: string): string[] {
  return [...page.matchAll(INCLUDED)].map(([, path]) => path ?? '');
}
