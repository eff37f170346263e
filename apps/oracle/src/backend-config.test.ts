import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RATE_LIMIT_DEFAULTS, RETENTION_DEFAULTS } from '@oracle-calls/backend';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { backendConfigSchema, DRAIN_SECONDS_DEFAULT } from './backend-config.ts';
import { readDatabaseLocation } from './database-location.ts';
import { readJsonConfig } from './json-config.ts';
import { readSecretFile } from './secret-file.ts';

const directory = mkdtempSync(join(tmpdir(), 'oracle-calls-config-'));
beforeAll(() => {
  for (const name of ['password', 'sfu-secret']) writeFileSync(join(directory, name), 'secret', { mode: 0o600 });
});
afterAll(() => rmSync(directory, { recursive: true }));

const valid = {
  listen: { host: '127.0.0.1', port: 0 },
  oracleDid: 'did:ixo:oracle456',
  matrix: {
    homeserverUrl: 'http://127.0.0.1:8008',
    userId: '@oracle:localhost',
    passwordFile: join(directory, 'password'),
    storeDir: join(directory, 'matrix'),
    allowedServers: { localhost: 'http://127.0.0.1:8008' },
  },
  sfu: {
    url: 'ws://127.0.0.1:7880',
    apiUrl: 'http://127.0.0.1:7880',
    apiKey: 'key',
    apiSecretFile: join(directory, 'sfu-secret'),
  },
  databaseFile: join(directory, 'calls.db'),
  agentKeys: [{ id: 'agent-1', oracleDid: 'did:ixo:oracle456', sha256: 'ab'.repeat(32) }],
  agentName: 'oracle',
  corsOrigins: ['https://app.example', 'http://127.0.0.1:5173'],
};

function read(config: unknown): Promise<unknown> {
  const file = join(directory, 'backend.json');
  writeFileSync(file, JSON.stringify(config));
  return readJsonConfig(backendConfigSchema, ['--config', file]);
}

const defaults = {
  logLevel: 'info',
  allowPrivateAddresses: false,
  olderProtocol: 'refuse',
  trustedProxies: [],
  rateLimits: RATE_LIMIT_DEFAULTS,
  drainSeconds: DRAIN_SECONDS_DEFAULT,
  docsPage: 'shown',
  retention: RETENTION_DEFAULTS,
};

const { oracleDid, matrix, agentName, ...shared } = valid;
const first = { did: oracleDid, agentName, matrix };
const second = {
  did: 'did:ixo:oracle789',
  agentName: 'second',
  matrix: { ...matrix, userId: '@second:localhost', storeDir: 'matrix-2' },
};
const read2 = (one: typeof first) => ({ ...one, matrix: { ...one.matrix, changedIdentities: 'follow' } });

/** What {@link valid} is read as. */
const complete = { ...shared, ...defaults, oracles: [read2(first)] };

test('a complete configuration is read', async () => {
  expect(await read(valid)).toEqual(complete);
});

test('several oracles are written as a list, and one may be', async () => {
  expect(await read({ ...shared, oracles: [first, second] })).toEqual({
    ...complete,
    oracles: [read2(first), read2(second)],
  });
  expect(await read({ ...shared, oracles: [first] })).toEqual(await read(valid));
});

test('the fields of one oracle are missed by name, each of them', async () => {
  const error = await read(shared).catch((thrown: unknown) => thrown);
  const { issues } = (error as { details: { issues: string[] } }).details;
  expect(issues.map((issue) => issue.split(':')[0])).toEqual(['oracleDid', 'matrix', 'agentName']);
});

test('what protects the backend can be set, one limit without the others', async () => {
  const changes = {
    didResolverUrl: 'https://resolver.example',
    olderProtocol: 'allow',
    trustedProxies: ['10.0.0.0/8', '::1'],
    maxConnections: 100,
  };
  const user = { count: 5, seconds: 60 };
  expect(await read({ ...valid, ...changes, rateLimits: { user } })).toEqual({
    ...complete,
    ...changes,
    rateLimits: { ...RATE_LIMIT_DEFAULTS, user },
  });
});

test('keys of agents may all be in the database', async () => {
  const { agentKeys: _agentKeys, ...rest } = valid;
  expect(await read(rest)).toMatchObject({ agentKeys: [] });
});

test('a private resolver needs the permission of development', async () => {
  const didResolverUrl = 'http://127.0.0.1:9000';
  expect(await read({ ...valid, didResolverUrl, allowPrivateAddresses: true })).toMatchObject({ didResolverUrl });
});

test.each([
  ['listen.port', { ...valid, listen: { host: '127.0.0.1', port: 70_000 } }],
  ['oracleDid', { ...valid, oracleDid: 'oracle' }],
  ['matrix.userId', { ...valid, matrix: { ...valid.matrix, userId: 'oracle' } }],
  [
    'matrix.allowedServers.localhost',
    { ...valid, matrix: { ...valid.matrix, allowedServers: { localhost: 'ftp://x' } } },
  ],
  ['matrix.changedIdentities', { ...valid, matrix: { ...valid.matrix, changedIdentities: 'trust' } }],
  ['matrix.lostIdentity', { ...valid, matrix: { ...valid.matrix, lostIdentity: 'forget' } }],
  ['sfu.url', { ...valid, sfu: { ...valid.sfu, url: 'http://127.0.0.1:7880' } }],
  ['agentKeys', { ...valid, agentKeys: 'none' }],
  ['agentKeys.0.sha256', { ...valid, agentKeys: [{ ...valid.agentKeys[0], sha256: 'the key itself' }] }],
  ['corsOrigins.0', { ...valid, corsOrigins: ['*'] }],
  ['corsOrigins.0', { ...valid, corsOrigins: ['https://app.example/'] }],
  ['maxCallMinutes', { ...valid, maxCallMinutes: 0 }],
  ['didResolverUrl', { ...valid, didResolverUrl: 'ftp://resolver.example' }],
  ['didResolverUrl', { ...valid, didResolverUrl: 'http://' }],
  ['didResolverUrl', { ...valid, didResolverUrl: 'http://127.0.0.1:9000' }],
  ['didResolverUrl', { ...valid, didResolverUrl: 'http://resolver.example', allowPrivateAddresses: true }],
  ['allowPrivateAddresses', { ...valid, allowPrivateAddresses: 'yes' }],
  ['olderProtocol', { ...valid, olderProtocol: true }],
  ['trustedProxies.0', { ...valid, trustedProxies: ['proxy.example'] }],
  ['rateLimits.user.count', { ...valid, rateLimits: { user: { count: 0, seconds: 60 } } }],
  ['rateLimits.users', { ...valid, rateLimits: { users: { count: 1, seconds: 60 } } }],
  ['maxConnections', { ...valid, maxConnections: 0 }],
  ['agentKey', { ...valid, agentKey: 'a typo' }],
  ['agentName', { ...shared, oracleDid, matrix }],
  ['oracles', { ...shared, oracles: [] }],
  ['oracleDid', { ...shared, oracles: [first], oracleDid }],
  [
    'oracles.1.matrix.userId',
    { ...shared, oracles: [first, { ...second, matrix: { ...second.matrix, userId: 'x' } }] },
  ],
  ['oracles', { ...shared, oracles: [first, { ...second, did: first.did }] }],
  ['oracles', { ...shared, oracles: [first, { ...second, agentName }] }],
  ['oracles', { ...shared, oracles: [first, { ...second, matrix: { ...second.matrix, userId: matrix.userId } }] }],
  ['oracles', { ...shared, oracles: [first, { ...second, matrix: { ...second.matrix, storeDir: matrix.storeDir } }] }],
  [
    'oracles',
    {
      ...shared,
      oracles: [
        first,
        { ...second, matrix: { ...second.matrix, allowedServers: { localhost: 'http://127.0.0.1:9' } } },
      ],
    },
  ],
  ['drainSeconds', { ...valid, drainSeconds: -1 }],
  ['docsPage', { ...valid, docsPage: true }],
])('a configuration with a wrong %s names the field and not its value', async (field, config) => {
  const error = await read(config).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'ERR_CONFIG_INVALID' });
  const { issues } = (error as { details: { issues: string[] } }).details;
  expect(issues).toHaveLength(1);
  expect(issues[0]?.startsWith(`${field}: `)).toBe(true);
  expect(issues[0]).not.toContain('the key itself');
});

test('a secret is read without the line break at its end, and does not print', async () => {
  const file = join(directory, 'secret');
  writeFileSync(file, 'top secret \n');
  const secret = await readSecretFile(file, 'sfu.apiSecretFile');
  expect(secret.expose()).toBe('top secret ');
  expect(`${String(secret)}${JSON.stringify(secret)}`).not.toContain('top secret');
});

test('a secret that is empty or not there names the field', async () => {
  const file = join(directory, 'empty');
  writeFileSync(file, '\n');
  const malformed = { code: 'ERR_PROTOCOL_MALFORMED', message: expect.stringContaining('sfu.apiSecretFile') as string };
  await expect(readSecretFile(file, 'sfu.apiSecretFile')).rejects.toMatchObject(malformed);
  await expect(readSecretFile(join(directory, 'none'), 'sfu.apiSecretFile')).rejects.toMatchObject(malformed);
});

test('the database is a file or an address in a file, and exactly one of them', async () => {
  const { databaseFile: _file, ...without } = valid;
  const databaseUrlFile = join(directory, 'address');
  writeFileSync(databaseUrlFile, 'postgres://o:p@db/calls', { mode: 0o600 });
  expect(await read({ ...without, databaseUrlFile })).toMatchObject({ databaseUrlFile });
  for (const config of [without, { ...valid, databaseUrlFile }]) {
    await expect(read(config)).rejects.toMatchObject({
      code: 'ERR_CONFIG_INVALID',
      details: { issues: [expect.stringContaining('one of databaseFile and databaseUrlFile')] },
    });
  }
  await expect(read({ ...without, databaseUrl: 'postgres://a:b@c/d' })).rejects.toMatchObject({
    code: 'ERR_CONFIG_INVALID',
  });
});

test('retention is set in days, one kind without the other', async () => {
  expect(await read({ ...valid, retention: { callDays: 30 } })).toMatchObject({
    retention: { callDays: 30, auditDays: RETENTION_DEFAULTS.auditDays },
  });
  for (const callDays of [0, -1, 1.5, '30', 36_501]) {
    await expect(read({ ...valid, retention: { callDays } })).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' });
  }
});

test.each([
  ['postgres://oracle:secret@db.example/calls', 'postgres://oracle:secret@db.example/calls?sslmode=verify-full'],
  ['postgresql://o:p@db/calls?sslmode=disable', 'postgresql://o:p@db/calls?sslmode=disable'],
  ['postgres://o:p@127.0.0.1:5433/calls', 'postgres://o:p@127.0.0.1:5433/calls'],
  ['postgres:///calls?host=/run/postgresql', 'postgres:///calls?host=/run/postgresql'],
])('the address %s is used as %s', async (text, used) => {
  const file = join(directory, 'database.url');
  writeFileSync(file, `${text}\n`);
  const location = await readDatabaseLocation({ databaseUrlFile: file });
  expect(location.kind === 'postgres' ? location.url.expose() : undefined).toBe(used);
  expect(JSON.stringify(location)).not.toContain('secret');
});

test.each([
  'calls.db',
  'mysql://o:canary@db/calls',
  'postgres://o:canary@db',
  'postgres://o:canary@db/calls?sslmode=require',
  'postgres://o:canary@db/calls?sslmode=prefer',
])('the address %s is refused, and not quoted', async (text) => {
  const file = join(directory, 'database.url');
  writeFileSync(file, text);
  const error: unknown = await readDatabaseLocation({ databaseUrlFile: file }).catch((cause: unknown) => cause);
  expect(error).toMatchObject({ code: 'ERR_PROTOCOL_MALFORMED' });
  expect(JSON.stringify(error) + String(error)).not.toContain('canary');
});
