import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { run } from '../run.fixture.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oracle-calls-console-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

const ORACLE = `
const close = async () => undefined;
const place = { where: 'sent-to', host: 'echo.example', what: ['text'] };
export const oracle = {
  instructions: 'You are Ada.',
  brain: { kind: 'own', place, open: (kit) => ({
    title: 'echo',
    place,
    async *answer(turns, context) { yield turns.at(-1).text + ' ' + context.sessionId + ' ' + kit.instructionsFor(context); },
    close,
    [Symbol.asyncDispose]: close,
  }) },
};`;

/** Types into a console whose oracle repeats what it hears. */
async function talk(
  typed: string,
  ...args: readonly string[]
): Promise<{ readonly out: string; readonly error: string }> {
  const file = join(folder, 'oracle.mjs');
  await writeFile(file, ORACLE);
  const child = spawn(process.execPath, [MAIN, 'console', '--oracle', file, ...args]);
  child.stdin.end(typed);
  const [out, error] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { out, error };
}

test('console answers what is typed, and says where the words go', async () => {
  const { out, error } = await talk('hello\nbye\n', '--session', 's1');
  expect(out).toBe('hello s1 You are Ada.\nbye s1 You are Ada.\n');
  expect(error).toBe('echo, sent to echo.example\n');
});

test('console uses a changed file at once when it watches, and says what is wrong with one', async () => {
  const file = join(folder, 'oracle.ts');
  const words = join(folder, 'words.ts');
  await writeFile(words, "export const word: string = 'one';");
  await writeFile(file, `import { word } from './words.ts';\n${ORACLE.replace("'You are Ada.'", 'word')}`);
  const child = spawn(process.execPath, [MAIN, 'console', '--oracle', file, '--watch', '--session', 's']);
  let [out, error] = ['', ''];
  child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (error += bytes.toString()));
  const until = (told: () => boolean): Promise<void> =>
    vi.waitFor(() => expect(told(), `${out}${error}`).toBe(true), { timeout: 15_000, interval: 20 });
  child.stdin.write('hello\n');
  await until(() => out === 'hello s one\n');
  await writeFile(words, "export const word: string = 'two';");
  await until(() => error.includes('[changed: echo]'));
  child.stdin.write('hello\n');
  await until(() => out.endsWith('hello s two\n'));
  await writeFile(words, "export const word: string = = 'three';");
  await until(() => error.includes('words.ts:1') && error.includes('Expression expected'));
  child.stdin.end('hello\n');
  await once(child, 'close');
  expect(out).toBe('hello s one\nhello s two\nhello s two\n');
  expect(error).not.toContain('generation');
}, 30_000);

test('console prints JSON when asked, at the end', async () => {
  const { out } = await talk('hello\n', '--json');
  expect(JSON.parse(out)).toEqual({
    title: 'echo',
    place: { where: 'sent-to', host: 'echo.example', what: ['text'] },
    turns: [
      { speaker: 'user', text: 'hello' },
      { speaker: 'oracle', text: 'hello console You are Ada.' },
    ],
  });
});

test.each([[[]], [['--oracle', 'a.ts', '--agent', 'b.json']]])('console takes one oracle, not %j', async (args) => {
  expect(await run('console', ...args)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--oracle') as string,
  });
});

test('console says what is wrong with the file of an oracle, or with a configuration', async () => {
  const none = join(folder, 'none.ts');
  expect(await run('console', '--oracle', none)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('cannot be imported') as string,
  });
  const slip = join(folder, 'slip.mjs');
  await writeFile(slip, 'export const oracle = { instructions: "x", tool: [] };');
  expect(await run('console', '--oracle', slip)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('tool is no field of an oracle') as string,
  });
  const local = join(folder, 'local.mjs');
  await writeFile(local, 'export const oracle = { instructions: "x" };');
  expect(await run('console', '--oracle', local)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Give --weights <dir>') as string,
  });
  await writeFile(join(folder, 'agent.json'), '{}');
  expect(await run('console', '--agent', join(folder, 'agent.json'))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('oracleDid') as string,
  });
});
