import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOracleKeys } from '@oracle-calls/protocol/did';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeOracleIdentity } from './oracle-identity.ts';
import type { OracleIdentity } from './oracle-identity.ts';

let stateDir = '';
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'identity-'));
});
afterEach(() => rm(stateDir, { recursive: true, force: true }));

const make = (backendUrl: string): Promise<OracleIdentity> =>
  makeOracleIdentity({
    stateDir,
    didDocumentsDir: join(stateDir, 'did-documents'),
    matrixUserId: '@oracle:localhost',
    backendUrl,
  });
const document = (): Promise<string> => readFile(join(stateDir, 'did-documents', 'oracle.json'), 'utf8');

it('makes the keys once and writes the document anew, so that it names the backend where it is now', async () => {
  const first = await make('http://127.0.0.1:8080');
  const key = await readFile(first.keyFile, 'utf8');
  const before = await document();
  const second = await make('http://127.0.0.1:9090');
  expect(second).toEqual(first);
  expect(await readFile(first.keyFile, 'utf8')).toBe(key);
  expect(await document()).toBe(before.replace('http://127.0.0.1:8080', 'http://127.0.0.1:9090'));
});

it('tells the backend only the hash of the agent’s key, and keeps both secrets for their owner alone', async () => {
  const { agentKeyFile, agentKeySha256, keyFile } = await make('http://127.0.0.1:8080');
  const agentKey = (await readFile(agentKeyFile, 'utf8')).trim();
  expect(agentKeySha256).toBe(createHash('sha256').update(agentKey).digest('hex'));
  for (const file of [agentKeyFile, keyFile]) expect(((await stat(file)).mode & 0o777).toString(8)).toBe('600');
});

it('offers independent keys for signed calls', async () => {
  await make('http://127.0.0.1:8080');
  const keys = readOracleKeys(JSON.parse(await document()) as Parameters<typeof readOracleKeys>[0]);
  expect(keys).toMatchObject({ envelopeKey: { suite: 'hpke-x25519' }, identityKey: { algorithm: 'Ed25519' } });
  expect(keys.areIndependent).toBe(true);
});

it('does not go on with keys of before signed calls', async () => {
  const { keyFile } = await make('http://127.0.0.1:8080');
  const { kty, did, privateKeyHex } = JSON.parse(await readFile(keyFile, 'utf8')) as Record<string, string>;
  await writeFile(keyFile, JSON.stringify({ kty, did, privateKeyHex }));
  await expect(make('http://127.0.0.1:8080')).rejects.toEqual(expect.objectContaining({ code: 'ERR_DEV_STATE' }));
});
