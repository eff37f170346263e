/** `new URL('./x.ts', import.meta.url)`: the address of a file beside this one, a worker or a child process. */
const FILE_ADDRESS = /(new URL\(\s*(['"`])\.{1,2}\/[^'"`]+?)\.ts(\2,\s*import\.meta\.url\s*,?\s*\))/g;
/** `from './x.ts'`, `import('./x.ts')`, `import './x.ts'`, and the same of `./x.tsx`. */
const RELATIVE_IMPORT = /((?:\bfrom|\bimport)\s*\(?\s*(['"])\.{1,2}\/[^'"]+?)\.tsx?(\2)/g;

/**
 * The text of a built file with every address of a source turned into that of what was built of it. The compiler does so for
 * imports, but neither for `new URL` nor in every declaration.
 */
export function withBuiltAddresses(text: string): string {
  return text.replaceAll(FILE_ADDRESS, '$1.js$3').replaceAll(RELATIVE_IMPORT, '$1.js$3');
}

/** Sources that are reached by address, from the text of a source file: `./x.ts`. */
export function addressedSources(text: string): string[] {
  return [...text.matchAll(FILE_ADDRESS)].map(([match]) => /\.{1,2}\/[^'"`]+\.ts/.exec(match)?.[0] ?? '');
}
