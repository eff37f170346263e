import { systemClock, type Clock } from '@oracle-calls/protocol';

/** There while a wipe has begun and is not known to be done. */
const MARK = 'oracle-calls.wipe';
/** Where earlier versions kept the access token in the clear. */
const CLEAR_SESSION = 'oracle-calls.session';
/** What is the browser's, not the account's: how the page looks. */
const BROWSER_KEYS: ReadonlySet<string> = new Set(['oracle-calls.language', 'oracle-calls.theme']);
/** A database that something still holds open is deleted at the next start instead. In ms. */
const DELETE_MAX_MS = 5_000;

export interface Browser {
  readonly localStorage: Storage;
  readonly sessionStorage: Storage;
  readonly indexedDB: Pick<IDBFactory, 'databases' | 'deleteDatabase'>;
  readonly clock: Pick<Clock, 'after'>;
}

const thisBrowser = (): Browser => ({ localStorage, sessionStorage, indexedDB, clock: systemClock });

/** Whether something of an account is left that should not be: of a wipe that was interrupted, or of a version that kept tokens in the clear. */
export function isWipeDue({ localStorage: storage }: Pick<Browser, 'localStorage'> = thisBrowser()): boolean {
  return storage.getItem(MARK) !== null || storage.getItem(CLEAR_SESSION) !== null;
}

/**
 * Takes everything of an account out of this browser: every database and all that was stored, but the choice of language and theme. The page has its
 * origin for itself. Interrupted, or with a database held open, it is due again at the next start.
 */
export async function wipeBrowser(browser: Browser = thisBrowser()): Promise<void> {
  const { localStorage: storage, sessionStorage: tabStorage, indexedDB: factory } = browser;
  storage.setItem(MARK, '1');
  tabStorage.clear();
  for (const key of keysOf(storage)) if (key !== MARK && !BROWSER_KEYS.has(key)) storage.removeItem(key);
  const databases = await factory.databases();
  const names = databases.flatMap(({ name }) => name ?? []);
  const deleted = await Promise.all(names.map((name) => deleteDatabase(browser, name)));
  if (deleted.every(Boolean)) storage.removeItem(MARK);
}

const keysOf = (storage: Storage): string[] =>
  Array.from({ length: storage.length }, (_, index) => storage.key(index)).filter((key) => key !== null);

function deleteDatabase({ indexedDB: factory, clock }: Browser, name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.after(DELETE_MAX_MS, () => resolve(false));
    const end = (isDeleted: boolean): void => {
      timer[Symbol.dispose]();
      resolve(isDeleted);
    };
    const request = factory.deleteDatabase(name);
    request.onsuccess = () => end(true);
    request.onerror = () => end(false);
  });
}
