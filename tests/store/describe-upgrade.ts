import { readFile } from 'node:fs/promises';
import { OUR_TABLES, openStore, readMigrationState } from '@oracle-calls/backend/operator';
import { parseCallId, parseSfuRoomName } from '@oracle-calls/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runRace } from './races.ts';
import { ALICE, NOON, newCall, roomRequest } from './store-facts.ts';
import { RISING_NUMBER, type TestDatabase, type TestServer } from './test-database.ts';

const ended = parseCallId(`$${'a'.repeat(43)}@lk-00000000000000000000000000000001`);
const live = parseCallId(`$${'b'.repeat(43)}@lk-00000000000000000000000000000002`);
const liveRoom = parseSfuRoomName('lk-00000000000000000000000000000002');

async function firstVersion(kind: TestServer['kind']): Promise<string> {
  const text = await readFile(new URL('fixtures/first-version.sql', import.meta.url), 'utf8');
  return text.replaceAll(/^--.*$/gm, '').replace('{rising number}', RISING_NUMBER[kind]);
}

/** An index, and what it is for. */
const LISTS = [
  [
    'calls_of_user',
    "* from calls where matrix_user_id = 'a' and (started_at, seq) < (5, 5) order by started_at desc, seq desc limit 21",
  ],
  ['calls_by_time', '* from calls order by started_at desc, seq desc limit 51'],
  ['calls_live', "* from calls where call_status <> 'ended' order by seq"],
  ['calls_live', "call_status, count(*) from calls where call_status <> 'ended' group by call_status"],
  ['calls_by_end', 'call_id from calls where ended_at < 5 order by ended_at limit 500'],
  ['answers_due', '* from answers where event_id is null order by due_at, call_status'],
  ['sfu_rooms_unclosed', '* from sfu_rooms where closed_at is null'],
  ['rings_due', "* from rings where due_at is not null and oracle_did = 'a' order by due_at"],
  ['rings_open', "* from rings where oracle_did = 'a' and matrix_user_id = 'b' and ended_at is null and over_at > 5"],
  ['rings_by_end', '* from rings where ended_at < 5'],
  ['memories_by_time', '* from memories where changed_at < 5'],
  ['audit_log_of_call', "* from audit_log where call_id = 'a'"],
] as const;

/** What becomes of databases of other versions. */
export function describeUpgrade(server: TestServer): void {
  describe(`an upgrade on ${server.kind}`, () => {
    let database: TestDatabase;
    beforeEach(async () => {
      database = await server.createDatabase();
    });
    afterEach(() => database[Symbol.asyncDispose]());

    const migrations = async (): Promise<readonly unknown[]> =>
      (await database.rows('select name from kysely_migration order by name')).map(({ name }) => name);

    test('how far a database is can be read, and reading changes nothing', async () => {
      await database.execute(await firstVersion(server.kind));
      const { seen, known } = await readMigrationState(database.location);
      expect(known).toEqual([
        '0001-calls',
        '0002-operation',
        '0003-rooms-of-owner',
        '0004-deletion',
        '0005-rings',
        '0006-memories',
      ]);
      expect(seen).toEqual(known.slice(0, 1));
      expect(await migrations()).toEqual(seen);
      await (await openStore(database.location)).close();
      expect((await readMigrationState(database.location)).seen).toEqual(known);
    });

    test('a database of the first version is brought up to date, loses nothing and works on', async () => {
      await database.execute(await firstVersion(server.kind));
      await using store = await openStore(database.location);
      expect(await migrations()).toEqual([
        '0001-calls',
        '0002-operation',
        '0003-rooms-of-owner',
        '0004-deletion',
        '0005-rings',
        '0006-memories',
      ]);
      expect(await store.calls.findById(ended)).toMatchObject({
        seq: 1,
        endReason: 'hangup',
        startedAt: NOON,
        endedAt: NOON + 60_000,
        agentVoice: 'joe',
        language: 'en-GB',
      });
      expect((await store.calls.listLive()).map(({ callId }) => callId)).toEqual([live]);
      expect(await store.answers.listDue()).toEqual([{ callId: live, callStatus: 'active' }]);
      expect(await store.credentials.findSession('cc')).toEqual({ userId: ALICE, expiresAt: 1_795_442_400_000 });
      expect(await store.credentials.isOpenIdTokenUsed('dd')).toBe(true);
      expect(await store.credentials.isAgentRefused(ended, 'agent-1')).toBe(true);
      expect(await store.notices.addWebhook('webhook-1', NOON)).toBe(false);
      expect(await store.sfuRooms.find(liveRoom)).toMatchObject({
        ticketSha256: 'bb',
        ticketUsedAt: 1_795_438_801_000,
      });
      // The room of before is counted, its agent may be replaced, and new calls get the next numbers.
      expect(await store.sfuRooms.ask(roomRequest({ openMax: 1 }))).toBe('too-many-open');
      expect(await store.sfuRooms.replaceAgent(liveRoom, 'cc', 1)).toBe(true);
      const fresh = newCall();
      expect(await store.calls.accept(fresh)).toBe('accepted');
      expect((await store.calls.findById(fresh.callId))?.seq).toBe(3);
      expect(await store.deletion.delete(ended, { kind: 'user', userId: ALICE }, NOON)).toBe('deleted');
    });

    test('every table is known to backups', async () => {
      await (await openStore(database.location)).close();
      const all =
        server.kind === 'sqlite'
          ? "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
          : "select tablename as name from pg_tables where schemaname = 'public'";
      const names = (await database.rows(all)).map(({ name }) => String(name));
      expect(names.toSorted()).toEqual([...OUR_TABLES].toSorted());
    });

    test('every list has an index that leads to it', async () => {
      await (await openStore(database.location)).close();
      // Postgres reads a small table as a whole; the question is what it does with a large one.
      if (server.kind === 'postgres') await database.execute('set enable_seqscan = off; set enable_sort = off');
      for (const [index, query] of LISTS) expect(await database.plan(`select ${query}`)).toContain(index);
    });

    test('a database of a newer version is refused and not touched', async () => {
      await (await openStore(database.location)).close();
      await database.execute(
        "insert into kysely_migration values ('0999-from-the-future', '2030-01-01T00:00:00.000Z')",
      );
      const error: unknown = await openStore(database.location).catch((cause: unknown) => cause);
      expect(error).toMatchObject({
        code: 'ERR_STORE_NEWER',
        details: { unknownMigrations: ['0999-from-the-future'] },
      });
      expect(await migrations()).toContain('0999-from-the-future');
    });

    test('an upgrade that fails half-way changes nothing, and succeeds once the cause is gone', async () => {
      await database.execute(await firstVersion(server.kind));
      // The last migration's table is in the way; those before it and its own first steps have run by then.
      await database.execute('create table deleted_names_by_time (x integer)');
      await expect(openStore(database.location)).rejects.toMatchObject({ code: 'ERR_STORE_MIGRATION' });
      expect(await migrations()).toEqual(['0001-calls']);
      for (const table of ['api_keys', 'deleted_names'])
        await expect(database.rows(`select * from ${table}`)).rejects.toThrow();
      expect(await database.rows('select * from calls')).toHaveLength(2);
      await database.execute('drop table deleted_names_by_time');
      await using store = await openStore(database.location);
      expect((await store.calls.listLive()).map(({ callId }) => callId)).toEqual([live]);
    });

    test('several processes that open an old database at once upgrade it once', async () => {
      await database.execute(await firstVersion(server.kind));
      // Each opens the store by itself before any begins.
      const outcomes = await runRace(database.location, 'one webhook', newCall());
      expect(outcomes.filter((isFirst) => isFirst === true)).toHaveLength(1);
      expect(await migrations()).toHaveLength(6);
    });
  });
}
