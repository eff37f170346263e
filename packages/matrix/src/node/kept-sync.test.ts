import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ISyncResponse } from 'matrix-js-sdk/lib/sync-accumulator.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDurableIndexedDb } from './durable-indexed-db.ts';
import { KeptSync } from './kept-sync.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kept-sync-'));
});
afterEach(() => rm(folder, { recursive: true }));

const file = (): string => join(folder, 'crypto.sqlite');
const key = (id: string) => ({ type: 'm.secret_storage.default_key', content: { key: id } });

/** What a homeserver answers: `token` is where the next one begins. */
const response = (token: string, events: object[] = []): ISyncResponse =>
  ({
    next_batch: token,
    rooms: { join: {}, invite: {}, leave: {}, knock: {} },
    account_data: { events },
  }) as ISyncResponse;

/** A store in the file, for as long as the work takes. */
async function within<T>(work: (sync: KeptSync) => Promise<T>): Promise<T> {
  await using durable = await openDurableIndexedDb({ file: file() });
  using sync = await KeptSync.open(durable.indexedDB, `${durable.databasePrefix}::sync`);
  return await work(sync);
}

test('a new one has nothing, as the SDK wants to hear it', async () => {
  await within(async (sync) => {
    expect([await sync.getSavedSync(), await sync.getSavedSyncToken()]).toEqual([null, null]);
    await sync.keep();
  });
  expect(await within((sync) => sync.getSavedSync())).toBeNull();
});

test('what was kept is there at the next start, and what came after it is asked for again', async () => {
  await within(async (sync) => {
    await sync.setSyncData(response('one', [key('first')]));
    await sync.keep();
    await sync.setSyncData(response('two', [key('second')]));
    expect(await sync.getSavedSyncToken()).toBe('two');
  });
  await within(async (sync) => {
    expect(await sync.getSavedSync()).toMatchObject({ nextBatch: 'one', accountData: [key('first')] });
    expect(await sync.getSavedSyncToken()).toBe('one');
  });
});

test('what the SDK is given is its own', async () => {
  await within(async (sync) => {
    await sync.setSyncData(response('one', [key('first')]));
    const given = await sync.getSavedSync();
    given?.accountData.pop();
    expect(await sync.getSavedSync()).toMatchObject({ accountData: [key('first')] });
  });
});

test('a token is never on the disk without the data of its account: one record holds both', async () => {
  await within(async (sync) => {
    await sync.setSyncData(response('one', [key('first')]));
    await sync.keep();
  });
  const disk = new DatabaseSync(file(), { readOnly: true });
  const rows = disk.prepare("SELECT store, key FROM records WHERE database LIKE '%::sync'").all();
  disk.close();
  expect(rows).toHaveLength(1);
});

test.each([{ nextBatch: 5 }, 'text', { nextBatch: 'one', roomsData: {} }])(
  'a record of another shape is as good as none: %o',
  async (record) => {
    await using durable = await openDurableIndexedDb({ file: file() });
    const name = `${durable.databasePrefix}::sync`;
    (await KeptSync.open(durable.indexedDB, name))[Symbol.dispose]();
    await new Promise<void>((resolve) => {
      const opening = durable.indexedDB.open(name);
      opening.addEventListener('success', () => {
        const transaction = opening.result.transaction('sync', 'readwrite');
        transaction.objectStore('sync').put(record, 'latest');
        transaction.addEventListener('complete', () => resolve(opening.result.close()));
      });
    });
    using sync = await KeptSync.open(durable.indexedDB, name);
    expect(await sync.getSavedSyncToken()).toBeNull();
  },
);
