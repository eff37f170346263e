import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createProgram } from '../program.ts';
import { run } from '../run.fixture.ts';
import { flatten, readCommandTree } from './command-tree.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oracle-calls-completion-'));
  for (const shell of ['bash', 'zsh', 'fish']) await writeFile(join(folder, shell), await script(shell));
  await writeFile(join(folder, 'my backend.json'), '');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function script(shell: string): Promise<string> {
  const { code, stdout } = await run('completion', shell);
  expect(code).toBe(0);
  return stdout;
}

/** What bash itself would offer for the last of these words. */
async function complete(...words: readonly string[]): Promise<string[]> {
  const program = `
    source "$1"; shift
    COMP_WORDS=(oracle-calls "$@"); COMP_CWORD=$#
    complete -p oracle-calls >/dev/null
    _oracle_calls
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const args = ['--noprofile', '--norc', '-c', program, 'bash', join(folder, 'bash'), ...words];
  const { stdout, stderr } = await promisify(execFile)('bash', args, { cwd: folder });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((word) => word !== '');
}

const root = readCommandTree(createProgram({ out: () => undefined, error: () => undefined }));
const offered = (path: string): string[] => {
  const node = flatten(root).find((one) => one.path.join(' ') === path);
  return [
    ...(node?.children.map((child) => child.path.at(-1) ?? '') ?? []),
    ...(node?.flags.flatMap(({ names }) => names) ?? []),
  ];
};

describe('in bash', () => {
  test('the first word is a command or an option of the program', async () => {
    expect(await complete('')).toEqual(offered(''));
    expect(await complete('key')).toEqual(['keygen']);
    expect(await complete('--ver')).toEqual(['--version']);
  });

  test('a group offers its commands, a command its options', async () => {
    expect(await complete('api-keys', 'r')).toEqual(['rotate', 'revoke']);
    expect(await complete('keygen', '--')).toEqual(offered('keygen').filter((word) => word.startsWith('--')));
    expect(await complete('trust', 'accept', '--k')).toEqual(['--key']);
  });

  test('the value of an option is no command, and options before a command do not hide it', async () => {
    expect(await complete('keygen', '--did', 'api-keys', '--ma')).toEqual(['--matrix']);
    expect(await complete('keygen', '--did', '')).toEqual([]);
  });

  test('files are offered where a file is wanted, with their spaces', async () => {
    expect(await complete('doctor', '--backend', 'my')).toEqual(['my backend.json']);
  });

  test('a choice is offered', async () => {
    expect(await complete('completion', '')).toEqual(['bash', 'zsh', 'fish']);
  });
});

describe.each(['zsh', 'fish'])('for %s', (shell) => {
  test('every command and option is there', async () => {
    const text = await script(shell);
    for (const { path, flags } of flatten(root)) {
      for (const word of path) expect(text).toContain(word);
      for (const name of flags.flatMap(({ names }) => names)) {
        expect(text).toContain(
          shell === 'fish' ? `${name.startsWith('--') ? '-l' : '-s'} ${name.replace(/^-+/, '')}` : name,
        );
      }
    }
  });

  test('the shell finds nothing wrong with it, where it is installed', () => {
    const { status, stderr, error } = spawnSync(shell, ['-n', join(folder, shell)], { encoding: 'utf8' });
    expect(error === undefined ? { status, stderr } : { status: 0, stderr: '' }).toEqual({ status: 0, stderr: '' });
  });
});

const hasFish = spawnSync('fish', ['--version']).error === undefined;

test.runIf(hasFish)('fish offers what follows, where it is installed', () => {
  const offer = (words: string): string[] => {
    const program = `source "$argv[1]"; complete -C "$argv[2]"`;
    const { stdout } = spawnSync('fish', ['-c', program, join(folder, 'fish'), words], { encoding: 'utf8' });
    return stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t', 1)[0] ?? '']));
  };
  expect(offer('oracle-calls api-keys r').toSorted()).toEqual(['revoke', 'rotate']);
  expect(offer('oracle-calls keygen --mat')).toEqual(['--matrix']);
  expect(offer('oracle-calls completion z')).toEqual(['zsh']);
});

test('another shell is not understood', async () => {
  const { code, stderr } = await run('completion', 'csh');
  expect(code).toBe(2);
  expect(stderr).toContain('Allowed choices are bash, zsh, fish');
});
