import type { Page } from 'playwright-core';

export interface Leftovers {
  readonly databases: readonly string[];
  /** Keys of the local storage. */
  readonly stored: readonly string[];
  /** Everything that a script can read of what this browser keeps, as text. */
  readonly text: string;
}

/** What a script of the page could copy out of this browser: both storages, and every record of every database. */
export function readLeftovers(page: Page): Promise<Leftovers> {
  return page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error ?? new Error('no answer'));
      });
    const parts: string[] = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
    const write = (value: unknown, depth = 0): void => {
      if (value instanceof CryptoKey) parts.push(`key ${String(value.extractable)}`);
      else if (value instanceof ArrayBuffer) parts.push(new TextDecoder('latin1').decode(value));
      else if (ArrayBuffer.isView(value)) parts.push(new TextDecoder('latin1').decode(value));
      else if (typeof value === 'object' && value !== null && depth < 12) {
        for (const [name, part] of Object.entries(value)) {
          parts.push(name);
          write(part, depth + 1);
        }
      } else parts.push(String(value));
    };
    const databases = (await indexedDB.databases()).flatMap(({ name }) => name ?? []);
    for (const name of databases) {
      const database = await done(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        write(await done(database.transaction(store).objectStore(store).getAll()));
      }
      database.close();
    }
    return { databases, stored: Object.keys(localStorage), text: parts.join('\n') };
  });
}
