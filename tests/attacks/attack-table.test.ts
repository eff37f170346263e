import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findAttackNames } from '../../scripts/threat-model/test-names.ts';
import { agentAttacks, pythonAgentAttacks } from './agent/agent-attacks.ts';
import { PYTHON_TWINS } from './agent/python-twins.ts';
import { ATTACK_GROUPS } from './attack-table.ts';
import { PROJECT_ROOT } from './twin/environment.ts';
import { applyPatches } from './twin/source-patch.ts';

const attacks = ATTACK_GROUPS.flatMap((group) => group.attacks);

test('there are attacks, and no two of one name', () => {
  expect(attacks.length).toBeGreaterThan(0);
  expect(new Set(attacks.map(({ name }) => name)).size).toBe(attacks.length);
});

test('every attack on the agent is made on the agent in Python as well', () => {
  const inPython = pythonAgentAttacks.attacks.map(({ name }) => name.replace(/ \(in Python\)$/, ''));
  expect(inPython).toEqual(agentAttacks.attacks.map(({ name }) => name));
  expect(Object.keys(PYTHON_TWINS).toSorted()).toEqual(inPython.toSorted());
});

test('every attack that is written down is made', async () => {
  const made = new Set<string>(attacks.map(({ name }) => name));
  const written: string[] = [];
  for await (const path of glob('tests/attacks/**/*.ts', { cwd: PROJECT_ROOT })) {
    written.push(...findAttackNames(await readFile(join(PROJECT_ROOT, path), 'utf8')));
  }
  expect(written.filter((name) => !made.has(name))).toEqual([]);
});

test.each(attacks)('the defence that the twin of “$name” lacks stands in the source, once', async ({ twin }) => {
  expect(twin.patches.length).toBeGreaterThan(0);
  for (const file of new Set(twin.patches.map((patch) => patch.file))) {
    expect(applyPatches(await readFile(join(PROJECT_ROOT, file), 'utf8'), file, twin.patches)).toContain('');
  }
});
