import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { OracleCallError } from '@oracle-calls/protocol';
import { FakeClock } from '@oracle-calls/testing/clock';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openDurableIndexedDb, type DurableIndexedDb } from './durable-indexed-db.ts';
import { RecordFile } from './record-file.ts';

let folder = '';
let file = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oracle-calls-idb-'));
  file = join(folder, 'store.sqlite');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('failed')));
  });

const completed = (transaction: IDBTransaction): Promise<void> =>
  new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve());
    transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('aborted')));
  });

function openDatabase(
  { indexedDB, databasePrefix }: DurableIndexedDb,
  version: number,
  upgrade: (database: IDBDatabase) => void,
): Promise<IDBDatabase> {
  const request = indexedDB.open(`${databasePrefix}::things`, version);
  request.addEventListener('upgradeneeded', () => upgrade(request.result));
  return settled(request);
}

const withStores = (database: IDBDatabase): void => {
  database.createObjectStore('plain');
  const people = database.createObjectStore('people', { keyPath: 'id' });
  people.createIndex('byAge', 'age', { unique: false });
  database.createObjectStore('queue', { autoIncrement: true });
};

/** Opens, changes, closes. */
async function change(
  changes: (database: IDBDatabase) => Promise<unknown>,
  { version = 1, upgrade = withStores } = {},
): Promise<void> {
  await using durable = await openDurableIndexedDb({ file });
  const database = await openDatabase(durable, version, upgrade);
  await changes(database);
  database.close();
}

async function write(
  database: IDBDatabase,
  stores: string[],
  act: (transaction: IDBTransaction) => void,
): Promise<void> {
  const transaction = database.transaction(stores, 'readwrite');
  const done = completed(transaction);
  act(transaction);
  await done;
}

/** Every record of a store after opening the file anew. */
async function readBack(store: string): Promise<{ keys: IDBValidKey[]; values: unknown[] }> {
  await using durable = await openDurableIndexedDb({ file });
  const database = await openDatabase(durable, 1, () => expect.unreachable('the schema was not kept'));
  const objects = database.transaction(store, 'readonly').objectStore(store);
  const [keys, values] = await Promise.all([settled(objects.getAllKeys()), settled(objects.getAll())]);
  database.close();
  return { keys, values };
}

test('records of every kind of key and of structured values survive', async () => {
  const key = new Uint8Array([1, 2, 3]);
  const value = { bytes: new Uint8Array([9, 8]), map: new Map([['a', 1n]]), when: new Date(5), none: undefined };
  await change((database) =>
    write(database, ['plain', 'people'], (transaction) => {
      transaction.objectStore('plain').put(value, ['a', 1, key]);
      transaction.objectStore('plain').put('text', 'b');
      transaction.objectStore('people').put({ id: 1, age: 30 });
    }),
  );
  const plain = await readBack('plain');
  expect(plain.values).toEqual(['text', value]);
  expect(plain.keys[0]).toBe('b');
  expect((await readBack('people')).values).toEqual([{ id: 1, age: 30 }]);
});

test('replacing, deleting, deleting a range and clearing survive', async () => {
  await change(async (database) => {
    await write(database, ['plain', 'people'], (transaction) => {
      for (let id = 1; id <= 6; id += 1) transaction.objectStore('people').put({ id, age: id });
      transaction.objectStore('plain').put('x', 'gone');
    });
    await write(database, ['plain', 'people'], (transaction) => {
      const people = transaction.objectStore('people');
      people.put({ id: 1, age: 99 });
      people.delete(2);
      people.delete(IDBKeyRange.bound(4, 5));
      transaction.objectStore('plain').clear();
    });
  });
  expect((await readBack('people')).values).toEqual([
    { id: 1, age: 99 },
    { id: 3, age: 3 },
    { id: 6, age: 6 },
  ]);
  expect((await readBack('plain')).values).toEqual([]);
});

test('changes through a cursor survive', async () => {
  await change(async (database) => {
    await write(database, ['people'], (transaction) => {
      for (const id of [1, 2]) transaction.objectStore('people').put({ id, age: 0 });
    });
    await write(database, ['people'], (transaction) => {
      const request = transaction.objectStore('people').openCursor();
      request.addEventListener('success', () => {
        const cursor = request.result;
        if (cursor === null) return;
        if (cursor.key === 1) cursor.delete();
        else cursor.update({ id: 2, age: 7 });
        cursor.continue();
      });
    });
  });
  expect((await readBack('people')).values).toEqual([{ id: 2, age: 7 }]);
});

test('indexes work after opening anew', async () => {
  await change((database) =>
    write(database, ['people'], (transaction) => {
      for (const id of [1, 2, 3]) transaction.objectStore('people').put({ id, age: id * 10 });
    }),
  );
  await using durable = await openDurableIndexedDb({ file });
  const database = await openDatabase(durable, 1, () => expect.unreachable());
  const index = database.transaction('people', 'readonly').objectStore('people').index('byAge');
  await expect(settled(index.getAll(IDBKeyRange.lowerBound(20)))).resolves.toHaveLength(2);
  database.close();
});

test('a key generator never gives a number twice, not even one whose record is gone', async () => {
  const add = (database: IDBDatabase): Promise<IDBValidKey> =>
    settled(database.transaction('queue', 'readwrite').objectStore('queue').add('x'));
  await change(async (database) => {
    await add(database);
    const second = await add(database);
    await write(database, ['queue'], (transaction) => void transaction.objectStore('queue').delete(second));
  });
  await using durable = await openDurableIndexedDb({ file });
  const database = await openDatabase(durable, 1, () => expect.unreachable());
  await expect(add(database)).resolves.toBe(3);
  database.close();
});

test('a record is in the file before its transaction completes', async () => {
  await using durable = await openDurableIndexedDb({ file });
  const database = await openDatabase(durable, 1, withStores);
  const transaction = database.transaction('plain', 'readwrite');
  let rowsAtComplete: unknown;
  transaction.addEventListener('complete', () => {
    // A copy of file and journal is all that a killed process leaves behind.
    rowsAtComplete = journalContains('kept-before-complete');
  });
  transaction.objectStore('plain').put('kept-before-complete', 'k');
  await completed(transaction);
  expect(rowsAtComplete).toBe(true);
  database.close();
});

function journalContains(text: string): boolean {
  return [file, `${file}-wal`].some((path) => existsSync(path) && readFileSync(path).includes(text));
}

test('an aborted transaction leaves nothing, and what comes after it is kept', async () => {
  await change(async (database) => {
    await write(database, ['plain'], (transaction) => void transaction.objectStore('plain').put('before', 'k'));
    const transaction = database.transaction('plain', 'readwrite');
    const aborted = completed(transaction);
    await settled(transaction.objectStore('plain').put('aborted', 'k'));
    transaction.abort();
    await expect(aborted).rejects.toThrow();
    await write(database, ['plain'], (next) => void next.objectStore('plain').put('after', 'l'));
  });
  expect((await readBack('plain')).values).toEqual(['before', 'after']);
});

test('a new schema replaces the old one, with its records', async () => {
  await change((database) =>
    write(database, ['plain'], (transaction) => void transaction.objectStore('plain').put('old', 'k')),
  );
  await change(() => Promise.resolve(), {
    version: 2,
    upgrade: (database) => {
      database.deleteObjectStore('people');
      database.createObjectStore('more').put('new', 'm');
    },
  });
  await using durable = await openDurableIndexedDb({ file });
  const database = await openDatabase(durable, 2, () => expect.unreachable());
  expect([...database.objectStoreNames]).toEqual(['more', 'plain', 'queue']);
  const transaction = database.transaction(['more', 'plain'], 'readonly');
  await expect(settled(transaction.objectStore('more').getAll())).resolves.toEqual(['new']);
  await expect(settled(transaction.objectStore('plain').getAll())).resolves.toEqual(['old']);
  database.close();
});

test('a deleted database is gone for good', async () => {
  await change((database) =>
    write(database, ['plain'], (transaction) => void transaction.objectStore('plain').put('x', 'k')),
  );
  {
    await using durable = await openDurableIndexedDb({ file });
    expect(durable.isNew).toBe(false);
    await settled(durable.indexedDB.deleteDatabase(`${durable.databasePrefix}::things`));
  }
  await using again = await openDurableIndexedDb({ file });
  expect(again.isNew).toBe(true);
});

test('a file belongs to one opening at a time', async () => {
  await using _first = await openDurableIndexedDb({ file });
  await expect(openDurableIndexedDb({ file })).rejects.toMatchObject({ code: 'ERR_MATRIX_STORE_IN_USE' });
});

test('a file that is no store of ours is refused', async () => {
  await writeFile(file, 'not a database, but long enough to be taken for one '.repeat(100));
  await expect(openDurableIndexedDb({ file })).rejects.toMatchObject({ code: 'ERR_MATRIX_STORE' });
});

test('the file is readable by its owner alone, also one that was readable by others', async () => {
  await writeFile(file, '', { mode: 0o644 });
  await using _durable = await openDurableIndexedDb({ file });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('two stores in one process keep apart', async () => {
  const other = join(folder, 'other.sqlite');
  {
    await using one = await openDurableIndexedDb({ file });
    await using two = await openDurableIndexedDb({ file: other });
    const [first, second] = [await openDatabase(one, 1, withStores), await openDatabase(two, 1, withStores)];
    await write(first, ['plain'], (transaction) => void transaction.objectStore('plain').put('one', 'k'));
    await write(second, ['plain'], (transaction) => void transaction.objectStore('plain').put('two', 'k'));
    first.close();
    second.close();
  }
  expect((await readBack('plain')).values).toEqual(['one']);
  file = other;
  expect((await readBack('plain')).values).toEqual(['two']);
});

test('databases without the prefix stay in memory', async () => {
  await using durable = await openDurableIndexedDb({ file });
  const request = durable.indexedDB.open('somebody else', 1);
  request.addEventListener('upgradeneeded', () => request.result.createObjectStore('s').put('x', 'k'));
  (await settled(request)).close();
  await durable.close();
  using kept = new RecordFile(file);
  expect(kept.databases()).toEqual([]);
});

test('what is written after closing is never reported complete', async () => {
  const durable = await openDurableIndexedDb({ file });
  const database = await openDatabase(durable, 1, withStores);
  await durable.close();
  const transaction = database.transaction('plain', 'readwrite');
  transaction.addEventListener('complete', () => expect.unreachable());
  await settled(transaction.objectStore('plain').put('too late', 'k'));
  await afterTransactions();
  expect((await readBack('plain')).values).toEqual([]);
});

test('a change that cannot be written is never reported complete, and neither is any later one', async () => {
  const failures: OracleCallError[] = [];
  const durable = await openDurableIndexedDb({ file, onFailure: (error) => failures.push(error) });
  const database = await openDatabase(durable, 1, withStores);
  const refusingDisk = vi.spyOn(RecordFile.prototype, 'writeRecords').mockImplementation(() => {
    throw new Error('disk full');
  });
  try {
    const first = database.transaction('plain', 'readwrite');
    first.addEventListener('complete', () => expect.unreachable());
    await settled(first.objectStore('plain').put('x', 'k'));
    await afterTransactions();
    expect(failures).toMatchObject([{ code: 'ERR_MATRIX_STORE' }]);
  } finally {
    refusingDisk.mockRestore();
  }
  // The disk is well again, but memory and file differ by now.
  const second = database.transaction('people', 'readwrite');
  second.addEventListener('complete', () => expect.unreachable());
  await settled(second.objectStore('people').put({ id: 1 }));
  await afterTransactions();
  expect(failures).toHaveLength(1);
  await durable.close();
  expect((await readBack('plain')).values).toEqual([]);
  expect((await readBack('people')).values).toEqual([]);
});

test('by default a change that cannot be written is an uncaught error', async () => {
  await using durable = await openDurableIndexedDb({ file });
  const database = await openDatabase(durable, 1, withStores);
  const refusingDisk = vi.spyOn(RecordFile.prototype, 'writeRecords').mockImplementation(() => {
    throw new Error('disk full');
  });
  try {
    const uncaught = nextUncaught();
    database.transaction('plain', 'readwrite').objectStore('plain').put('x', 'k');
    await expect(uncaught).resolves.toMatchObject({ code: 'ERR_MATRIX_STORE' });
  } finally {
    refusingDisk.mockRestore();
  }
});

/** A transaction with nothing more to do ends within a few turns of the event loop. */
async function afterTransactions(): Promise<void> {
  const clock = new FakeClock();
  for (let turn = 0; turn < 10; turn += 1) await clock.settle();
}

/** The next uncaught exception, taken out of the test runner's hands. */
function nextUncaught(): Promise<unknown> {
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  return new Promise((resolve) => {
    process.once('uncaughtException', (error) => {
      for (const other of others) process.on('uncaughtException', other);
      resolve(error);
    });
  });
}
