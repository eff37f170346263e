import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';

const ROOT = new URL('../', import.meta.url);
const page = await readFile(new URL('docs/architecture.md', ROOT), 'utf8');

/** Rows whose last cell is `` `file`: name of a test ``. */
const rows = [...page.matchAll(/^\|(.+)\| `([^`]+\.test\.ts)`: (.+?)\s*\|$/gm)].map(([, says, file, name]) => ({
  says: says?.trim() ?? '',
  file: file ?? '',
  name: name ?? '',
}));

async function isNamedIn(file: string, name: string): Promise<boolean> {
  return (await readFile(new URL(file, ROOT), 'utf8')).includes(name);
}

describe('the table of the architecture', () => {
  test('covers its endpoints, its event and its errors by name', () => {
    const said = rows.map(({ says }) => says).join('\n');
    for (const name of [
      '`callOracle(type)`',
      '`endCall()`',
      '`POST /calls/:callId/sync`',
      '`GET /calls/:callId/key`',
      '`POST /calls/:callId/update`',
      '`GET /calls`',
      '`m.ixo.oracles_call`',
      'Matrix event send fails',
      'LiveKit connection fails',
      'Live Agent key request fails',
      'Key decryption fails',
    ]) {
      expect(said).toContain(name);
    }
  });

  test.each(rows)('$says', async ({ file, name }) => {
    expect(await isNamedIn(file, name)).toBe(true);
  });

  test('a name that no test has is noticed', async () => {
    expect(await isNamedIn('scripts/architecture-table.test.ts', ['no such', 'test'].join(' '))).toBe(false);
  });
});
