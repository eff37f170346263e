import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { architectureStatements, normalise } from './documents/architecture-statements.ts';
import { findTestNames } from './threat-model/test-names.ts';

const ROOT = new URL('../', import.meta.url);
const page = await readFile(new URL('docs/architecture.md', ROOT), 'utf8');
/** The architecture's own text, which lies beside the project where it is made and is no part of it. */
const architecture = await readFile(new URL('../shared/spec/oracle-calls-architecture.md', ROOT), 'utf8').catch(
  () => undefined,
);

/** Rows whose last cell is `` `file`: name of a test ``. */
const rows = [...page.matchAll(/^\|(.+)\| `([^`]+\.test\.ts)`: (.+?)\s*\|$/gm)].map(([, says, file, name]) => ({
  says: says?.trim() ?? '',
  file: file ?? '',
  name: name ?? '',
}));

async function isNamedIn(file: string, name: string): Promise<boolean> {
  const text = await readFile(new URL(file, ROOT), 'utf8');
  // Tests of tables and attacks have their names elsewhere than in `test('…'`.
  return findTestNames(text).includes(name) || text.includes(`'${name}'`);
}

describe('the table of the architecture', () => {
  test('covers its endpoints, its event and its errors by name', () => {
    const said = normalise(rows.map(({ says }) => says).join('\n'));
    for (const name of [
      'callOracle(type)',
      'endCall()',
      '/calls/:callId/sync',
      '/calls/:callId/key',
      '/calls/:callId/update',
      '/calls – ',
      'm.ixo.oracles_call',
      'Matrix event send fails',
      'LiveKit connection fails',
      'Live Agent key request fails',
      'Key decryption fails',
    ]) {
      expect(said).toContain(name.toLowerCase());
    }
  });

  test.each(rows)('$name, in $file', async ({ file, name }) => {
    expect(await isNamedIn(file, name)).toBe(true);
  });

  test('a name that no test has is noticed', async () => {
    expect(await isNamedIn('scripts/architecture-table.test.ts', ['no such', 'test'].join(' '))).toBe(false);
  });

  // In a published clone there is only the page; the table itself is checked there all the same.
  test.skipIf(architecture === undefined)(
    'quotes every sentence (skipped where the text of the architecture is not)',
    () => {
      const statements = architectureStatements(architecture ?? '');
      expect(statements.length).toBeGreaterThan(80);
      const quoted = new Set(rows.flatMap(({ says }) => says.split(' · ')).map(normalise));
      expect(statements.filter((statement) => !quoted.has(statement))).toEqual([]);
    },
  );
});

test('statements are sentences, points, rows, steps and fields; headings and what leads to a list are not', () => {
  const text = [
    '# Heading',
    'One. Two is **bold**. This leads to:',
    '- **Name**: point.',
    '| Method | Endpoint |',
    '| --- | --- |',
    '| `GET` | `/calls` |',
    '```mermaid',
    '    A->>B: step<br/>more',
    '    Note over A,B: Phase 1',
    '```',
    '```typescript',
    '  "field": "value",',
    '```',
  ];
  expect(architectureStatements(text.join('\n'))).toEqual([
    'one',
    'two is bold',
    'name: point',
    'get – /calls',
    'step more',
    'field',
  ]);
});
