import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  backUpDatabase,
  isDatabaseThere,
  openStore,
  restoreDatabase,
  type Store,
} from '@oracle-calls/backend/operator';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { finishedCall, newCall, type NewCall } from './store-facts.ts';
import type { TestDatabase, TestServer } from './test-database.ts';

const LABEL = '20261123T120000Z';

/** Copies of the database, and what becomes of what is in their place. */
export function describeBackup(server: TestServer): void {
  describe(`a backup on ${server.kind}`, () => {
    let folder: string;
    let database: TestDatabase;
    let copy: string;
    let old: NewCall;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'oracle-calls-copy-'));
      copy = join(folder, 'copy');
      database = await server.createDatabase();
      await using store = await openStore(database.location);
      old = await finishedCall(store);
      // The store is open: a backend would be writing.
      await backUpDatabase(database.location, copy);
    });
    afterEach(async () => {
      await database[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    });

    const opened = async <T>(work: (store: Store) => Promise<T>): Promise<T> => {
      await using store = await openStore(database.location);
      return await work(store);
    };
    const callIds = (): Promise<readonly string[]> =>
      opened(async ({ calls }) => (await calls.list({ limit: 9 })).map(({ callId }) => callId));

    test('goes into an empty database, and the rising numbers go on', async () => {
      await using empty = await server.createDatabase();
      expect(await isDatabaseThere(empty.location)).toBe(false);
      await restoreDatabase(empty.location, copy, { occupied: 'refuse', label: LABEL });
      expect(await isDatabaseThere(empty.location)).toBe(true);
      await using store = await openStore(empty.location);
      expect(await store.calls.findById(old.callId)).toMatchObject({ seq: 1, endReason: 'hangup' });
      expect(await store.audit.list({ limit: 9 })).toHaveLength(2);
      const fresh = newCall();
      await store.calls.accept(fresh);
      expect((await store.calls.findById(fresh.callId))?.seq).toBe(2);
    });

    test('does not go over another unless that is said, and then what was there is kept', async () => {
      const fresh = newCall();
      await opened(({ calls }) => calls.accept(fresh));
      const target = { occupied: 'refuse', label: LABEL } as const;
      await expect(restoreDatabase(database.location, copy, target)).rejects.toMatchObject({
        code: 'ERR_CLI_FILE_EXISTS',
      });
      expect(await callIds()).toEqual([fresh.callId, old.callId]);
      await restoreDatabase(database.location, copy, { ...target, occupied: 'replace' });
      expect(await callIds()).toEqual([old.callId]);
      const { location } = database;
      if (location.kind === 'postgres') {
        expect(await database.rows(`select * from oracle_calls_before_${LABEL.toLowerCase()}.calls`)).toHaveLength(2);
        return;
      }
      await using kept = await openStore({ kind: 'sqlite', file: `${location.file}.before-${LABEL}` });
      expect(await kept.calls.list({ limit: 9 })).toHaveLength(2);
    });

    test('that cannot be read, or is of a newer version, leaves what is there', async () => {
      const restore = (file: string): Promise<void> =>
        restoreDatabase(database.location, file, { occupied: 'replace', label: LABEL });
      const garbage = join(folder, 'garbage');
      await writeFile(garbage, 'no copy of a database');
      await expect(restore(garbage)).rejects.toThrow();
      expect(await callIds()).toEqual([old.callId]);
      await using newer = await server.createDatabase();
      await (await openStore(newer.location)).close();
      await newer.execute("insert into kysely_migration values ('0999-from-the-future', '2030-01-01T00:00:00.000Z')");
      await backUpDatabase(newer.location, join(folder, 'newer'));
      await expect(restore(join(folder, 'newer'))).rejects.toMatchObject({ code: 'ERR_STORE_NEWER' });
      expect(await callIds()).toEqual([old.callId]);
    });
  });
}
