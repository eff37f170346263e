import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseOracleKeyFile } from '@oracle-calls/protocol/envelope';
import { agentConfigSchema } from '../apps/oracle/src/agent-config.ts';
import { backendConfigSchema } from '../apps/oracle/src/backend-config.ts';
import { webServerConfigSchema } from '../apps/web/src/server/server-config.ts';
import { findProblem, makeDeployment } from './deployment.ts';
import { OPTIONS, openDeployment, type MadeDeployment } from './deployment.fixture.ts';

let deployment: MadeDeployment;
beforeAll(async () => {
  deployment = await openDeployment();
});
afterAll(() => deployment[Symbol.asyncDispose]());

const config = async (name: string): Promise<unknown> => JSON.parse(await deployment.read(`live/config/${name}`));

test('its configurations are what the programs take', async () => {
  v.parse(backendConfigSchema, await config('backend.json'));
  v.parse(agentConfigSchema, await config('agent.json'));
  v.parse(webServerConfigSchema, await config('web.json'));
});

test('its configurations mean the same oracle', async () => {
  const written = v.looseObject({
    oracleDid: v.string(),
    agentName: v.string(),
    agentKeys: v.optional(v.array(v.looseObject({ oracleDid: v.string(), sha256: v.string() }))),
  });
  const backend = v.parse(written, await config('backend.json'));
  const agent = v.parse(written, await config('agent.json'));
  const { page } = v.parse(webServerConfigSchema, await config('web.json'));
  const did = 'did:web:calls.calls.test';
  expect([backend.oracleDid, agent.oracleDid, page.oracleDid]).toEqual([did, did, did]);
  expect(backend.agentName).toBe(agent.agentName);
  const sha256 = (await deployment.read('live/oracle/agent-api-key.sha256')).trim();
  expect(backend.agentKeys).toEqual([{ id: 'agent-1', oracleDid: did, sha256 }]);
});

test('a field that no program knows is refused', async () => {
  const unknown = { ...((await config('web.json')) as object), testUser: { userId: '@a:b', password: 'x' } };
  expect(v.is(webServerConfigSchema, unknown)).toBe(false);
});

test('no example’s name is left in what is used', async () => {
  for (const path of deployment.made.written) {
    const text = await deployment.read(path);
    // The certificate authority's and the specifications' own addresses are nobody's example.
    expect(text, path).not.toMatch(/example\.org|203\.0\.113\.10|filled-in-by|0{64}/);
  }
});

test('the oracle is the one that its document and its key file name', async () => {
  const key = parseOracleKeyFile(await deployment.read('live/oracle/oracle.key.json'));
  using _private = key.privateKey;
  using _envelope = key.envelopePrivateKey;
  using _identity = key.identityPrivateKey;
  expect(key.did).toBe('did:web:calls.calls.test');
  const document = JSON.parse(await deployment.read('live/oracle/did.json')) as {
    service: { serviceEndpoint: string }[];
  };
  expect(JSON.stringify(document.service)).toContain('https://calls.calls.test');
  expect(JSON.stringify(document.service)).toContain('oracle:calls.test');
});

test('LiveKit, backend and agent share one secret, Synapse and Postgres another', async () => {
  const secret = (name: string): Promise<string> => deployment.read(`live/secrets/${name}`);
  expect(parse(await secret('livekit-keys'))).toEqual({ 'oracle-calls': await secret('livekit-api-secret') });
  expect(await secret('synapse-pgpass')).toBe(`postgres:5432:synapse:synapse:${await secret('postgres-password')}\n`);
});

test('run again it keeps everything', async () => {
  const before = await deployment.read('live/secrets/matrix-password');
  const keyBefore = await deployment.read('live/oracle/oracle.key.json');
  const again = await makeDeployment({ ...OPTIONS, domain: 'other.test', folder: deployment.folder });
  expect(again.written).toEqual([]);
  expect(again.kept).toEqual(deployment.made.written);
  expect(await deployment.read('live/secrets/matrix-password')).toBe(before);
  expect(await deployment.read('live/oracle/oracle.key.json')).toBe(keyBefore);
});

test('what it makes is its owner’s alone', async () => {
  const { mode } = await stat(join(deployment.folder, 'live'));
  expect(mode & 0o077).toBe(0);
});

test.each([
  [{ domain: 'Example.org' }, '--domain'],
  [{ domain: 'localhost' }, '--domain'],
  [{ domain: 'a.test/b' }, '--domain'],
  [{ publicIp: '2001:db8::1' }, '--public-ip'],
  [{ publicIp: 'here' }, '--public-ip'],
  [{ email: 'nobody' }, '--email'],
  [{ email: 'a@b {\n' }, '--email'],
])('%j is not taken', (change, option) => {
  expect(findProblem({ ...OPTIONS, ...change })).toContain(option);
  expect(findProblem(OPTIONS)).toBeUndefined();
});

test('what git would take does not include what was made', async () => {
  const ignored = await readFile(new URL('.gitignore', import.meta.url), 'utf8');
  expect(ignored.split('\n')).toEqual(expect.arrayContaining(['.env', 'live/']));
});
