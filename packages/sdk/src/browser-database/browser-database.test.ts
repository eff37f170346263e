import { IDBFactory } from 'fake-indexeddb';
import { expect, test } from 'vitest';
import { inStore, result } from './browser-database.ts';

/** The database as the first version of the SDK made it. */
async function createFirstVersion(factory: IDBFactory): Promise<void> {
  const request = factory.open('oracle-calls', 1);
  request.onupgradeneeded = () => void request.result.createObjectStore('user-dids');
  const database = await result(request);
  await result(database.transaction('user-dids', 'readwrite').objectStore('user-dids').put('kept', '@alice:x'));
  database.close();
}

test('a database of version 1 keeps its DIDs and gets a place for pins', async () => {
  const factory = new IDBFactory();
  await createFirstVersion(factory);
  await inStore(factory, 'key-pins', 'readwrite', (store) => result(store.put('pin', 'key')));
  expect(await inStore(factory, 'user-dids', 'readonly', (store) => result(store.get('@alice:x')))).toBe('kept');
  expect(await inStore(factory, 'key-pins', 'readonly', (store) => result(store.get('key')))).toBe('pin');
});

test('what a transaction wrote before it threw is not kept', async () => {
  const factory = new IDBFactory();
  const write = inStore(factory, 'key-pins', 'readwrite', async (store) => {
    await result(store.put('pin', 'key'));
    throw new Error('changed its mind');
  });
  await expect(write).rejects.toThrow('changed its mind');
  expect(await inStore(factory, 'key-pins', 'readonly', (store) => result(store.get('key')))).toBeUndefined();
});

test('a request that fails is told', async () => {
  const factory = new IDBFactory();
  const twice = inStore(factory, 'key-pins', 'readwrite', async (store) => {
    await result(store.add('pin', 'key'));
    await result(store.add('pin', 'key'));
  });
  await expect(twice).rejects.toThrow();
});
