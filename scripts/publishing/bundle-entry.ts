import { writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { rolldown } from 'rolldown';

/**
 * Bundles an entry and all that it imports into one file. Workers are published so: a page loads one by its address, and not every bundler
 * bundles what `new URL(…, import.meta.url)` names.
 *
 * @throws {TypeError} when something would still be imported
 */
export async function bundleEntry(source: string, file: string): Promise<void> {
  const bundle = await rolldown({
    input: source,
    platform: 'browser',
    transform: { target: 'es2022' },
    external: isBuiltin,
    onLog(level, { message }) {
      if (level === 'warn') throw new TypeError(`${source}: ${message}`);
    },
  });
  try {
    const { output } = await bundle.write({ file, format: 'es', codeSplitting: false, sourcemap: true });
    const imported = output.flatMap((part) => (part.type === 'chunk' ? [...part.imports, ...part.dynamicImports] : []));
    if (imported.length > 0) throw new TypeError(`${source} still imports ${imported.join(', ')}.`);
  } finally {
    await bundle.close();
  }
  // A worker has no exports; the file is there so that its address can be resolved with types.
  await writeFile(file.replace(/\.js$/, '.d.ts'), 'export {};\n');
}
