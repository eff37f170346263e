import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { configSchemaFile, configSchemas } from './config-schemas.ts';

const root = new URL('../', import.meta.url);

test('the committed schemas are those of the code that validates', async () => {
  for (const [file, text] of await configSchemas()) {
    expect(await readFile(new URL(file, root), 'utf8'), `run: npm run config-schemas (${file})`).toBe(text);
  }
});

const agent = {
  $schema: '../docs/config/agent.schema.json',
  oracleDid: 'did:ixo:oracle456',
  backendUrl: 'https://calls.example.org',
  apiKeyFile: 'agent-api-key',
  trustStoreFile: 'trust/trust.db',
  sfu: { url: 'wss://sfu.example.org', apiKey: 'key', apiSecretFile: 'api.secret' },
  agentName: 'oracle',
  weightsDir: 'weights',
};

test.each([
  ['a whole one', agent, true],
  ['one without a field', { ...agent, agentName: undefined }, false],
  ['one with a typo', { ...agent, agentname: 'oracle' }, false],
  ['one with a number that is too large', { ...agent, maxCalls: 65 }, false],
  ['one with a word that is no choice', { ...agent, logLevel: 'loud' }, false],
])('an editor judges %s as the program does', async (_what, config, isGood) => {
  const text = (await configSchemas()).get(configSchemaFile('agent')) ?? '';
  const ajv = new Ajv2020({ strict: true, formats: { uri: true } });
  expect(ajv.validate(JSON.parse(text) as object, JSON.parse(JSON.stringify(config)))).toBe(isGood);
});
