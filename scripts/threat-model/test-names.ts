import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const TESTS = '{packages,apps,dev,scripts,benchmarks,tests,deploy}/**/*.test.{ts,tsx}';
/** The attack suite may keep its attacks in tables and files of their own: every literal that begins so is a name. */
const ATTACKS = '{packages/**/*.test.{ts,tsx},tests/**/*.ts}';

const LITERAL = String.raw`(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|\x60((?:[^\x60\\]|\\.)*)\x60)`;
/** `test('…'`, `it('…'`, and the second brackets of `test.each(…)('…'`; nothing that is skipped or left to do. */
const FIRST_ARGUMENT = new RegExp(String.raw`(?:\b(?:test|it)|\))\(\s*${LITERAL}\s*,`, 'g');
const ATTACK_NAME = new RegExp(String.raw`(?<=[\s(,:])${LITERAL}`, 'g');
const ATTACK = 'attack: ';
const BLOCK_COMMENT = /^\s*\/\*[^]*?\*\/\s*$/gm;
const LINE_COMMENT = /^\s*\/\/.*$/gm;

/** The names of the tests in a file's text, placeholders as they stand there. */
export function findTestNames(text: string): string[] {
  return literals(text, FIRST_ARGUMENT);
}

/** The names of attacks in a file's text, wherever they stand in it. */
export function findAttackNames(text: string): string[] {
  return literals(text, ATTACK_NAME).filter((name) => name.startsWith(ATTACK) && !/\$|%s/.test(name));
}

/** Every test name of the project, and every attack by its name. */
export async function readTestNames(root: string): Promise<{ names: Set<string>; attacks: Set<string> }> {
  const names = new Set<string>();
  const attacks = new Set<string>();
  const read = async (pattern: string, found: (text: string) => void): Promise<void> => {
    const exclude = (path: string): boolean => path.includes('node_modules');
    for await (const path of glob(pattern, { cwd: root, exclude })) found(await readFile(join(root, path), 'utf8'));
  };
  await read(TESTS, (text) => {
    for (const name of findTestNames(text)) if (!name.startsWith(ATTACK)) names.add(name);
  });
  await read(ATTACKS, (text) => {
    for (const name of findAttackNames(text)) attacks.add(name);
  });
  return { names: names.union(attacks), attacks };
}

function literals(text: string, pattern: RegExp): string[] {
  const code = text.replaceAll(BLOCK_COMMENT, '').replaceAll(LINE_COMMENT, '');
  const found = code.matchAll(pattern).map(([, single, double, template]) => single ?? double ?? template ?? '');
  return [...found.map((name) => name.replaceAll(/\\(.)/g, '$1'))];
}
