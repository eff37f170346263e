import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { findMarkdown, parseMarkdown, readMarkdown, type CodeBlock } from './markdown.ts';

const root = dirname(dirname(import.meta.dirname));
const run = promisify(execFile);
/** Types of the whole workspace, on two busy cores. */
const CHECK_MAX_MS = 180_000;

interface Example extends CodeBlock {
  readonly name: string;
}

/** The TypeScript of all READMEs. */
async function findExamples(): Promise<Example[]> {
  const readmes = (await findMarkdown(root)).filter((path) => path.endsWith('README.md'));
  const found = await Promise.all(
    readmes.map(async (path) => {
      const { code } = await readMarkdown(root, path);
      const typescript = code.filter(({ language }) => language === 'ts' || language === 'tsx');
      const nameOf = ({ language }: CodeBlock, i: number): string =>
        `${path.replaceAll(/[/.]/g, '-')}-${i + 1}.${language}`;
      return typescript.map((block, i) => ({ ...block, name: nameOf(block, i) }));
    }),
  );
  return found.flat();
}

/** What the compiler says about examples, each as a module of its own. */
async function check(examples: readonly Example[]): Promise<string> {
  const cache = join(root, 'node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  // Below the root, so that packages are found as they are in an application of this workspace.
  const folder = await mkdtemp(join(cache, 'oracle-calls-readme-'));
  try {
    for (const { name, context, text } of examples)
      await writeFile(join(folder, name), `${context}\n${text}\nexport {};\n`);
    const config = {
      extends: join(root, 'tsconfig.base.json'),
      compilerOptions: {
        jsx: 'react-jsx',
        lib: [
          ...['ES2024', 'ESNext.Disposable', 'ESNext.Collection', 'ESNext.Iterator'],
          ...['DOM', 'DOM.Iterable', 'DOM.AsyncIterable'],
        ],
        types: ['node'],
        typeRoots: [join(root, 'node_modules', '@types')],
      },
      files: examples.map(({ name }) => name),
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(root, 'node_modules', '.bin', 'tsc');
    const { stdout } = await run(tsc, ['-p', folder, '--pretty', 'false'], { cwd: folder }).catch(
      (error: Error & { readonly stdout?: string }) => ({ stdout: error.stdout ?? error.message }),
    );
    return stdout.trim();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('the TypeScript in every README compiles', { timeout: CHECK_MAX_MS }, async () => {
  const examples = await findExamples();
  expect(examples.length).toBeGreaterThan(10);
  expect(await check(examples)).toBe('');
});

test('an example that does not compile is noticed', { timeout: CHECK_MAX_MS }, async () => {
  const { code } = parseMarkdown("```ts\nimport { noSuchName } from '@oracle-calls/protocol';\nnoSuchName();\n```");
  const examples = code.map((block) => ({ ...block, name: 'wrong.ts' }));
  expect(await check(examples)).toContain('noSuchName');
});
