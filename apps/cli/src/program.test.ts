import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSqliteStore } from '@oracle-calls/backend/operator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { flatten, readCommandTree } from './completion/command-tree.ts';
import { createProgram } from './program.ts';
import { run } from './run.fixture.ts';
import { TEXT_COLUMNS } from './terminal/output.ts';

const silent = { out: () => undefined, error: () => undefined };
const nodes = flatten(readCommandTree(createProgram(silent)));
const leaves = nodes.filter(({ children }) => children.length === 0);
const named = nodes.map((node) => [node.path.join(' ') || '(program)', node] as const);
const namedLeaves = leaves.map((node) => [node.path.join(' '), node] as const);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oracle-calls-program-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(named)('the help of %s', (_name, { path, flags }) => {
  test('is on stdout, fits on a terminal, has examples and says what each option is', async () => {
    const { code, stdout, stderr } = await run(...path, '--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n').filter((line) => line.length > TEXT_COLUMNS)).toEqual([]);
    expect(stdout).toContain('\nExamples:\n  ');
    for (const { names, text } of flags) {
      expect(text).not.toBe('');
      expect(stdout).toContain(names.at(-1));
    }
  });
});

test.each(named)(
  'the help of %s fits on a narrow terminal too, but for what is laid out already',
  (_name, { path }) => {
    const pages: string[] = [];
    const program = createProgram({ out: (text) => void pages.push(text), error: () => undefined, columns: 60 });
    expect(() => program.parse(['node', 'oracle-calls', ...path, '--help'])).toThrow('(outputHelp)');
    const help = pages.join('');
    const options = help.slice(0, help.indexOf('-h, --help')).split('\n');
    // What is indented after the options is laid out already: files that are made, commands to copy.
    const words = help.split('\n').filter((line) => !line.startsWith(' '));
    expect([...options, ...words].filter((line) => line.length > 60)).toEqual([]);
  },
);

describe.each(namedLeaves)('%s', (name, { path, flags }) => {
  test('that is not understood ends with 2, and under --json one document says why', async () => {
    const { code, stdout, stderr } = await run(...path, '--no-such-option', '--json');
    expect(code).toBe(2);
    // Commander tells of a required option first.
    const complaint = /unknown option '--no-such-option'|required option '--\S+ <\S+>' not specified/;
    expect(stderr).toMatch(complaint);
    const message = expect.stringMatching(complaint) as string;
    expect(JSON.parse(stdout)).toEqual({ error: { code: 'ERR_CLI_USAGE', message } });
    const plain = await run(...path, '--no-such-option');
    expect(plain).toMatchObject({ code: 2, stdout: '' });
  });

  test('prints JSON when asked', () => {
    // A script for a shell is a text by its nature.
    if (name === 'completion') return;
    expect(flags.flatMap(({ names }) => names)).toContain('--json');
  });
});

/** A way for each command to fail at its work. */
const failures = (): Readonly<Record<string, { readonly args: readonly string[]; readonly code?: string }>> => {
  const none = join(folder, 'none', 'file');
  const database = ['--database', none];
  return {
    keygen: {
      args: ['--did', 'did:ixo:o', '--matrix', '@o:a.example', '--backend-url', 'https://a.example', '--out', folder],
      code: 'ERR_CLI_FILE_EXISTS',
    },
    'check-config': { args: ['--agent', none] },
    doctor: { args: ['--agent', none] },
    'api-keys create': { args: [...database, '--did', 'did:ixo:o'], code: 'ERR_CLI_DATABASE' },
    'api-keys list': { args: database, code: 'ERR_CLI_DATABASE' },
    'api-keys rotate': { args: [...database, 'key-0'], code: 'ERR_CLI_DATABASE' },
    'api-keys revoke': { args: [...database, 'key-0'], code: 'ERR_CLI_DATABASE' },
    ring: {
      args: ['@a:a.example', '--backend', 'https://a.example', '--api-key-file', none],
      code: 'ERR_PROTOCOL_MALFORMED',
    },
    audit: { args: database, code: 'ERR_CLI_DATABASE' },
    'trust list': { args: ['--store', none], code: 'ERR_KEY_STORE' },
    'trust accept': { args: ['did:ixo:a', '--key', 'aa', '--store', none], code: 'ERR_KEY_STORE' },
  };
};

describe.each(namedLeaves.filter(([name]) => name in failures()))('%s', (name, { path }) => {
  test('that fails ends with 1, and under --json one document says why', async () => {
    await writeFile(join(folder, 'did.json'), 'precious');
    const { args = [], code } = failures()[name] ?? {};
    const { code: exitCode, stdout } = await run(...path, ...args, '--json');
    expect(exitCode).toBe(1);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    const document = JSON.parse(stdout) as { error?: object };
    // Those that report what they found say it as their result.
    if (code !== undefined) expect(document).toEqual({ error: { code, message: expect.any(String) as string } });
    expect((await run(...path, ...args)).code).toBe(1);
  });
});

test('what the operating system refuses is told with its own code', async () => {
  await writeFile(join(folder, 'file'), '');
  const args = ['--did', 'did:ixo:o', '--matrix', '@o:a.example', '--backend-url', 'https://a.example'];
  const { code, stdout } = await run('keygen', ...args, '--out', join(folder, 'file'), '--json');
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'ERR_CLI_SYSTEM' } });
});

test('a word --json behind -- asks for nothing', async () => {
  expect(await run('api-keys', 'revoke', '--', '--json')).toMatchObject({ code: 2, stdout: '' });
});

test('a reader who stops reading does not make a command fail', async () => {
  const database = join(folder, 'calls.db');
  {
    await using store = await openSqliteStore(database);
    for (let at = 0; at < 3000; at += 1) {
      await store.audit.add({ at, action: 'api-key-create', keyId: `key-${'0'.repeat(60)}` });
    }
  }
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, 'audit', '--database', database, '--limit', '3000'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const exit = once(child, 'exit');
  await once(child.stdout, 'data');
  child.stdout.destroy();
  expect(await exit).toEqual([0, null]);
  expect(stderr).toBe('');
}, 60_000);
