import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** One `import`, `export … from` or `import()` of a file. */
export interface Import {
  /** Path of the importing file from the project's root, with `/`. */
  readonly file: string;
  readonly specifier: string;
  /** `import type` and `export type`: nothing is left of it at run time. */
  readonly isTypeOnly: boolean;
}

/** `import … from 'x'` and `export … from 'x'`, over several lines as well. Statements begin a line: prettier sees to it. */
const FROM = /^\s*(?:import|export)\s+(type\s)?[^'"`;()]*?\sfrom\s+['"]([^'"]+)['"]/gm;
const SIDE_EFFECT = /^\s*import\s+['"]([^'"]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*['"]([^'"]+)['"]/g;

/** The imports in a file's text. */
export function findImports(file: string, text: string): Import[] {
  return [
    ...text.matchAll(FROM).map(([, type, specifier = '']) => ({ file, specifier, isTypeOnly: type !== undefined })),
    ...text.matchAll(SIDE_EFFECT).map(([, specifier = '']) => ({ file, specifier, isTypeOnly: false })),
    ...text.matchAll(DYNAMIC).map(([, specifier = '']) => ({ file, specifier, isTypeOnly: false })),
  ];
}

const CODE = /\.(ts|tsx|mts|js|mjs)$/;
const IGNORED = new Set(['node_modules', 'dist', 'coverage', '.oracle-calls', '.git']);

async function* codeFiles(folder: string): AsyncGenerator<string> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !IGNORED.has(entry.name)) yield* codeFiles(path);
    else if (entry.isFile() && CODE.test(entry.name)) yield path;
  }
}

/** Every import of every file under some folders of the project. */
export async function readImports(root: string, folders: readonly string[]): Promise<Import[]> {
  const imports: Import[] = [];
  for (const folder of folders) {
    for await (const path of codeFiles(join(root, folder))) {
      const file = relative(root, path).split(sep).join('/');
      imports.push(...findImports(file, await readFile(path, 'utf8')));
    }
  }
  return imports;
}
