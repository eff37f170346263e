import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensurePostgres } from './postgres.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oracle-calls-postgres-tool-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const no = (): Promise<boolean> => Promise.resolve(false);

function makePrograms(bin: string, names = ['initdb', 'postgres', 'psql', 'pg_dump', 'pg_restore']): string {
  mkdirSync(bin, { recursive: true });
  for (const name of names) {
    writeFileSync(join(bin, name), '#!/bin/sh\n');
    chmodSync(join(bin, name), 0o755);
  }
  return bin;
}

test('the newest complete version of Debian is taken, and said', async () => {
  makePrograms(join(folder, '9', 'bin'));
  const newest = makePrograms(join(folder, '15', 'bin'));
  makePrograms(join(folder, '17', 'bin'), ['psql', 'pg_dump', 'pg_restore']);
  const lines: string[] = [];
  const options = {
    env: { PATH: '' },
    debianFolder: folder,
    mayInstall: no,
    report: (line: string) => lines.push(line),
  };
  expect(await ensurePostgres(options)).toBe(newest);
  expect(lines).toEqual([`Postgres — found (${newest})`]);
});

test('a folder that is named comes first, and one found on PATH last', async () => {
  const [named, onPath] = [makePrograms(join(folder, 'named')), makePrograms(join(folder, 'path'))];
  const options = { debianFolder: join(folder, 'none'), mayInstall: no };
  expect(await ensurePostgres({ ...options, env: { PATH: onPath, POSTGRES_BIN: named } })).toBe(named);
  expect(await ensurePostgres({ ...options, env: { PATH: onPath } })).toBe(onPath);
});

test('without one, and with a named one that is not complete, what to do is said', async () => {
  const options = { debianFolder: join(folder, 'none'), mayInstall: no };
  await expect(ensurePostgres({ ...options, env: { PATH: '' } })).rejects.toMatchObject({
    code: 'ERR_DEV_TOOL_MISSING',
    message: expect.stringContaining('apt-get install postgresql'),
  });
  await expect(ensurePostgres({ ...options, env: { PATH: '', POSTGRES_BIN: folder } })).rejects.toMatchObject({
    code: 'ERR_DEV_TOOL_MISSING',
    message: expect.stringContaining('POSTGRES_BIN'),
  });
});
