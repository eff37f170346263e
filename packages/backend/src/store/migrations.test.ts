import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely, sql, SqliteDialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSfuRoomName, parseDid, parseWith, systemClock } from '@oracle-calls/protocol';
import { ApiKeys } from '../api-keys/api-keys.ts';
import { matrixUserIdSchema } from '../auth/matrix-ids.ts';
import { migrations } from './migrations.ts';
import { openNodeSqlite } from './node-sqlite-database.ts';
import { openSqliteStore } from './store.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'oracle-calls-migrations-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('a database of the first version, with calls and rooms in it, is brought up to date and loses nothing', async () => {
  const file = join(directory, 'calls.db');
  const old = new Kysely<unknown>({ dialect: new SqliteDialect({ database: openNodeSqlite(file) }) });
  const { error } = await new Migrator({ db: old, provider: migrations }).migrateTo('0001-calls');
  expect(error).toBeUndefined();
  const room = createSfuRoomName();
  const event = `$${'e'.repeat(43)}`;
  await sql`insert into sfu_rooms values (${room}, '@a:b', 'did:ixo:o', 'u-1', 'aa', 5, 1, 2, null)`.execute(old);
  await sql`insert into calls (call_id, event_id, sfu_room_name, matrix_room_id, matrix_user_id, call_type, call_status,
    call_started_at, started_at, session_id, user_did, oracle_did, envelope_sha256, accepted_at)
    values (${`${event}@${room}`}, ${event}, ${room}, '!r:b', '@a:b', 'audio', 'active', '2026-01-01T10:00:00Z', 1, 's',
    'did:ixo:u', 'did:ixo:o', 'bb', 1)`.execute(old);
  await expect(sql`select * from api_keys`.execute(old)).rejects.toThrow(/no such table/);
  await old.destroy();

  await using store = await openSqliteStore(file);
  expect(await store.calls.listLive()).toMatchObject([{ sfuRoomName: room, callStatus: 'active' }]);
  expect(await store.sfuRooms.find(room)).toMatchObject({ ticketUsedAt: 5, ticketSha256: 'aa' });
  const asked = {
    name: createSfuRoomName(),
    asker: parseWith(matrixUserIdSchema, '@a:b'),
    oracleDid: parseDid('did:ixo:o'),
  };
  const one = { ...asked, userIdentity: 'u-2', ticketSha256: 'ee', openMax: 1, now: 3 };
  // The room of before is counted.
  expect(await store.sfuRooms.ask(one)).toBe('too-many-open');
  expect(await store.sfuRooms.replaceAgent(room, 'cc', 1)).toBe(true);
  expect(await store.sfuRooms.find(room)).toMatchObject({ ticketUsedAt: undefined, ticketSha256: 'cc' });
  expect(await store.sfuRooms.replaceAgent(room, 'dd', 1)).toBe(false);
  await new ApiKeys({ store, clock: systemClock }).create(parseDid('did:ixo:o'));
  expect(await store.audit.list({ limit: 5 })).toHaveLength(1);
});
