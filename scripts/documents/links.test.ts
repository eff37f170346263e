import { access, glob } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { expect, test } from 'vitest';
import { findMarkdown, parseMarkdown, readMarkdown, type Markdown } from './markdown.ts';

const root = dirname(dirname(import.meta.dirname));
const files = await findMarkdown(root);
const pages = new Map(await Promise.all(files.map(async (path) => [path, await readMarkdown(root, path)] as const)));

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** What is wrong with a link; `undefined` when it leads somewhere, or out of the project. */
async function findProblem(from: string, target: string, own: Markdown): Promise<string | undefined> {
  if (/^[a-z]+:/i.test(target)) return undefined;
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? from : posix.normalize(posix.join(posix.dirname(from), decodeURIComponent(path)));
  if (file.startsWith('../')) return `${target}: out of the project`;
  if (path !== '' && !(await exists(join(root, file)))) return `${target}: nothing is there`;
  if (anchor === undefined) return undefined;
  const page = path === '' ? own : pages.get(file);
  // Lines of a source file (`#L12`) are not looked for.
  if (page === undefined) return undefined;
  return page.anchors.has(anchor) ? undefined : `${target}: no such heading`;
}

test('there are pages, and links in them', () => {
  expect(files).toEqual(expect.arrayContaining(['README.md', 'docs/README.md', 'packages/sdk/README.md']));
  expect([...pages.values()].flatMap(({ targets }) => targets).length).toBeGreaterThan(100);
});

test.each(files)('the links of %s lead somewhere', async (path) => {
  const page = pages.get(path) ?? parseMarkdown('');
  const problems = await Promise.all(page.targets.map((target) => findProblem(path, target, page)));
  expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
});

test.each([
  ['[a](nowhere.md)', 'nothing is there'],
  ['[a](docs/protocol.md#no-such-heading-there)', 'no such heading'],
  ['[a](#nor-here)\n\n# Here', 'no such heading'],
  ['<img src="docs/pictures/none.png">', 'nothing is there'],
  ['[a](../elsewhere.md)', 'out of the project'],
])('%j is noticed', async (text, problem) => {
  const page = parseMarkdown(text);
  expect(await findProblem('README.md', page.targets[0] ?? '', page)).toContain(problem);
});

test('every package and app, and what stands beside them, says what it is', async () => {
  const folders: string[] = [];
  for await (const path of glob('{packages,apps}/*/package.json', { cwd: root })) folders.push(posix.dirname(path));
  expect(folders.length).toBeGreaterThan(8);
  const readmes = [...folders, 'deploy', 'dev', 'examples', 'benchmarks', 'docs', 'formal'].map(
    (name) => `${name}/README.md`,
  );
  expect(readmes.filter((path) => !files.includes(path))).toEqual([]);
});

test('every page of docs is in its index', async () => {
  const { targets } = await readMarkdown(root, 'docs/README.md');
  const linked = new Set(targets.map((target) => posix.join('docs', target.split('#')[0] ?? '')));
  // Decisions and API reports are many; the index leads to their folders.
  const isInFolder = (path: string): boolean => /^docs\/(decisions|api)\//.test(path);
  const wanted = files.filter((path) => path.startsWith('docs/') && path !== 'docs/README.md' && !isInFolder(path));
  expect(wanted.filter((path) => !linked.has(path))).toEqual([]);
  expect([...linked]).toEqual(expect.arrayContaining(['docs/decisions', 'docs/api']));
});
