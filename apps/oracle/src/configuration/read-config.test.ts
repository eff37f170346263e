import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { agentConfigSchema } from '../agent-config.ts';
import { backendConfigSchema } from '../backend-config.ts';
import { suggestName } from './describe-issue.ts';
import { describeProblem, readConfigFile } from './read-config.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oracle-calls-read-config-'));
  file = join(folder, 'agent.json');
  for (const name of ['api-key', 'api-secret']) writeFileSync(join(folder, name), 'CANARY', { mode: 0o600 });
  mkdirSync(join(folder, 'weights'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const valid = (): Record<string, unknown> => ({
  oracleDid: 'did:ixo:oracle456',
  backendUrl: 'https://calls.example.org',
  apiKeyFile: join(folder, 'api-key'),
  trustStoreFile: join(folder, 'trust', 'trust.db'),
  sfu: { url: 'wss://sfu.example.org', apiKey: 'key', apiSecretFile: join(folder, 'api-secret') },
  agentName: 'oracle',
  weightsDir: join(folder, 'weights'),
});

async function problemsOf(text: string): Promise<string[]> {
  writeFileSync(file, text);
  const reading = await readConfigFile(agentConfigSchema, file);
  return reading.kind === 'good' ? [] : reading.problems.map(describeProblem);
}
const problemsWith = (change: object): Promise<string[]> =>
  problemsOf(JSON.stringify({ ...valid(), ...change }, undefined, 2));

test('a good one has no problems, names its schema for editors, and may begin with a byte order mark', async () => {
  expect(await problemsWith({ $schema: '../docs/config/agent.schema.json' })).toEqual([]);
  expect(await problemsOf(`\uFEFF${JSON.stringify(valid())}`)).toEqual([]);
});

test('all problems are told at once, each with its field, its place, what was found and what is expected', async () => {
  const { agentName: _agentName, ...rest } = valid();
  const config = {
    ...rest,
    maxCalls: 65,
    logLevel: 'loud',
    warmProcesses: 'two',
    agentname: 'CANARY',
    oracleDid: 'CANARY',
  };
  const problems = await problemsOf(JSON.stringify(config, undefined, 2));
  expect(problems.toSorted()).toEqual([
    expect.stringMatching(/^agentName: missing/) as string,
    expect.stringMatching(/^agentname: unknown field; did you mean "agentName"\? \(line \d+, column 16\)$/) as string,
    expect.stringMatching(
      /^logLevel: "debug" or "info" or "warn" or "error" expected, found "loud" \(line \d+, column 15\)$/,
    ) as string,
    expect.stringMatching(/^maxCalls: at most 64 expected, found 65 \(line 12,/) as string,
    expect.stringMatching(/^oracleDid: .* expected, found a text of 6 characters \(line 2, column 16\)$/) as string,
    expect.stringMatching(/^warmProcesses: a number expected, found a text of 3 characters/) as string,
  ]);
  expect(problems.join()).not.toContain('CANARY');
});

test.each([
  [
    '{\n  "oracleDid": "CANARY"\n  "backendUrl": "x"\n}',
    '(root): not JSON: a comma is expected here (line 3, column 3)',
  ],
  ['{ "oracleDid": CANARY }', '(root): not JSON: a word that JSON does not know (line 1, column 16)'],
  ['{\n  "oracleDid": "CANARY",\n}', 'the name of a field in double quotes is expected here (line 3, column 1)'],
  ['{\n  // CANARY\n}', '(root): not JSON: JSON has no comments (line 2, column 3)'],
  ['{ "sfu": {', 'not JSON: a closing } is missing'],
  ['', '(root): not JSON: '],
  ['{ "oracleDid": "CANARY", "oracleDid": "CANARY" }', 'oracleDid: stands there twice (line 1, column 26)'],
  ['[]', '(root): an object { … } expected, found a list'],
])('%j is told by its place, and not repeated', async (text, problem) => {
  const problems = await problemsOf(text);
  expect(problems[0]).toContain(problem);
  expect(problems.join()).not.toContain('CANARY');
});

test('a file that is not there is told without guessing', async () => {
  const reading = await readConfigFile(agentConfigSchema, join(folder, 'none.json'));
  expect(reading).toEqual({ kind: 'bad', problems: [{ path: '(root)', text: 'cannot be read (ENOENT)' }] });
});

test('files that are named are looked at, each told by its field', async () => {
  writeFileSync(join(folder, 'empty'), '', { mode: 0o600 });
  chmodSync(join(folder, 'api-key'), 0o644);
  const sfu = { ...(valid()['sfu'] as object), apiSecretFile: join(folder, 'none') };
  const change = { sfu, oracleKeyFile: join(folder, 'empty'), weightsDir: join(folder, 'api-key') };
  const problems = await problemsWith({ ...change, trustStoreFile: join(folder, 'api-key', 'trust.db') });
  expect(problems.toSorted()).toEqual([
    expect.stringMatching(/^apiKeyFile: .*api-key is open to others \(mode 0644\): chmod 600 it \(line 4,/) as string,
    expect.stringMatching(/^oracleKeyFile: .*empty is empty/) as string,
    expect.stringMatching(/^sfu\.apiSecretFile: .*none is not there \(line \d+,/) as string,
    expect.stringMatching(/^trustStoreFile: .*trust\.db is below a file/) as string,
    expect.stringMatching(/^weightsDir: .*api-key is not a folder/) as string,
  ]);
  expect(problems.join()).not.toContain('CANARY');
});

test('files that are named in a list are looked at in each of its entries', async () => {
  const oracle = (name: string, password: string) => ({
    did: `did:ixo:${name}`,
    agentName: name,
    matrix: {
      homeserverUrl: 'https://matrix.example.org',
      userId: `@${name}:example.org`,
      passwordFile: join(folder, password),
      storeDir: join(folder, name),
      allowedServers: { 'example.org': 'https://matrix.example.org' },
    },
  });
  const config = {
    listen: { host: '127.0.0.1', port: 0 },
    oracles: [oracle('one', 'api-key'), oracle('two', 'none')],
    sfu: { ...(valid()['sfu'] as object), apiUrl: 'https://sfu.example.org' },
    databaseFile: join(folder, 'calls.db'),
    corsOrigins: [],
  };
  writeFileSync(file, JSON.stringify(config, undefined, 2));
  const reading = await readConfigFile(backendConfigSchema, file);
  expect(reading.kind === 'bad' ? reading.problems.map(describeProblem) : []).toEqual([
    expect.stringMatching(/^oracles\.1\.matrix\.passwordFile: .*none is not there \(line \d+, column 25\)$/) as string,
  ]);
});

test('one oracle or several: what is missing is told with both ways to write it', async () => {
  const sfu = { ...(valid()['sfu'] as object), apiUrl: 'https://sfu.example.org' };
  const config = { listen: { host: '127.0.0.1', port: 0 }, sfu, corsOrigins: [], databaseFile: join(folder, 'x.db') };
  writeFileSync(file, JSON.stringify(config));
  const reading = await readConfigFile(backendConfigSchema, file);
  expect(reading.kind === 'bad' ? reading.problems.map(describeProblem) : []).toEqual(
    ['oracleDid', 'matrix', 'agentName'].map(
      (field) => `${field}: this field, or \`oracles\` instead of it, expected, found nothing`,
    ),
  );
});

test.each([
  [0o600, 0],
  [0o400, 0],
  [0o640, 0],
  [0o660, 1],
  [0o604, 1],
  [0o601, 1],
])('a secret of mode %o has %i problems: groups may read, others nothing', async (mode, count) => {
  chmodSync(join(folder, 'api-key'), mode);
  expect(await problemsWith({})).toHaveLength(count);
});

test.each([
  ['apiSecret', 'apiSecretFile'],
  ['agentname', 'agentName'],
  ['weightDir', 'weightsDir'],
  ['colour', undefined],
])('%s is taken for %s', (typed, meant) => {
  expect(suggestName(typed, ['apiSecretFile', 'agentName', 'weightsDir', 'logLevel'])).toBe(meant);
});
