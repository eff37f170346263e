import { delimiter } from 'node:path';
import { backUpDatabase, openStore, parsePostgresUrl } from '@oracle-calls/backend/operator';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startPostgres, type Postgres } from '../../dev/postgres/postgres.ts';
import { describeBackup } from './describe-backup.ts';
import { describeRaces } from './describe-races.ts';
import { describeStore } from './describe-store.ts';
import { describeUpgrade } from './describe-upgrade.ts';
import { newCall } from './store-facts.ts';
import { postgresServer } from './test-database.ts';

let postgres: Postgres;
beforeAll(async () => {
  postgres = await startPostgres();
  vi.stubEnv('PATH', `${postgres.binDir}${delimiter}${process.env['PATH'] ?? ''}`);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await postgres[Symbol.asyncDispose]();
});

const server = postgresServer(() => postgres);
describeStore(server);
describeRaces(server);
describeUpgrade(server);
describeBackup(server);

describe('a Postgres that is not there', () => {
  test('a server that is killed and comes back is found again, with what it had confirmed', async () => {
    await using database = await server.createDatabase();
    await using store = await openStore(database.location);
    const call = newCall();
    expect(await store.calls.accept(call)).toBe('accepted');
    await postgres.restart();
    // The first may meet a connection that broke; nothing is ever lost or done twice.
    await store.ping().catch(() => undefined);
    await expect
      .poll(() => store.calls.findById(call.callId), { timeout: 60_000 })
      .toMatchObject({ callId: call.callId });
    expect(await store.calls.accept(call)).toBe('known');
  });

  test.each([
    ['at a port where nobody listens', (url: URL) => (url.port = '9')],
    ['with another password', (url: URL) => (url.password = 'wrong')],
    ['of another name', (url: URL) => (url.pathname = '/nowhere')],
  ])('a database %s is a clear error that may pass, without the password in it', async (_words, change) => {
    const url = new URL(postgres.url('postgres'));
    change(url);
    const error: unknown = await openStore(parsePostgresUrl(url.href)).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'ERR_UPSTREAM_DATABASE', retryable: true });
    expect(JSON.stringify(error) + String(error)).not.toContain(postgres.password);
  });
});

test('without Postgres’s programs a backup says what to install', async () => {
  await using database = await server.createDatabase();
  vi.stubEnv('PATH', '/nowhere');
  const backup = backUpDatabase(database.location, '/nowhere/copy');
  await expect(backup).rejects.toMatchObject({
    code: 'ERR_CLI_POSTGRES_PROGRAM',
    message: expect.stringContaining('apt-get install postgresql-client'),
  });
});
