import { FakeClock } from '@oracle-calls/testing/clock';
import { expect, test } from 'vitest';
import { isWipeDue, wipeBrowser } from './browser-wipe.ts';

class MemoryStorage implements Storage {
  readonly #kept = new Map<string, string>();
  [name: string]: unknown;
  constructor(kept: Record<string, string> = {}) {
    for (const [key, value] of Object.entries(kept)) this.#kept.set(key, value);
  }
  get length(): number {
    return this.#kept.size;
  }
  get keys(): string[] {
    return [...this.#kept.keys()];
  }
  key = (index: number): string | null => this.keys[index] ?? null;
  getItem = (key: string): string | null => this.#kept.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.#kept.set(key, value);
  removeItem = (key: string): void => void this.#kept.delete(key);
  clear = (): void => this.#kept.clear();
}

/** Databases, of which some cannot be deleted because something holds them open. */
function browser(kept: Record<string, string>, names: string[], heldOpen: string[] = []) {
  const left = new Set(names);
  const clock = new FakeClock();
  const indexedDB = {
    databases: () => Promise.resolve([...left].map((name) => ({ name, version: 1 }))),
    deleteDatabase(name: string) {
      const request = {} as IDBOpenDBRequest;
      void Promise.resolve().then(() => {
        if (heldOpen.includes(name)) return;
        left.delete(name);
        request.onsuccess?.(new Event('success'));
      });
      return request;
    },
  };
  const local = new MemoryStorage(kept);
  const tab = new MemoryStorage({ 'oracle-calls.call': '1' });
  return { left, clock, local, tab, all: { localStorage: local, sessionStorage: tab, indexedDB, clock } };
}

const LOOKS = { 'oracle-calls.language': 'ar', 'oracle-calls.theme': 'dark' };

test('a wipe leaves the language and the theme, and nothing else', async () => {
  const { left, clock, local, tab, all } = browser(
    { ...LOOKS, 'oracle-calls.recovery-key-unkept': '@a:b', mx_x: '1' },
    ['oracle-calls:vault', 'matrix-js-sdk:oracle-calls:@a:b:DEVICE:sync'],
  );
  await wipeBrowser(all);
  expect(local.keys.toSorted()).toEqual(Object.keys(LOOKS).toSorted());
  expect(tab.keys).toEqual([]);
  expect([...left]).toEqual([]);
  expect(isWipeDue(all)).toBe(false);
  expect(clock.pendingTimers).toBe(0);
});

test('a database that is held open is wiped at the next start', async () => {
  const { left, clock, local, all } = browser({}, ['oracle-calls:vault', 'keys'], ['keys']);
  const wiped = wipeBrowser(all);
  await clock.settle();
  await clock.advance(5_000);
  await wiped;
  expect([...left]).toEqual(['keys']);
  expect(isWipeDue(all)).toBe(true);
  const next = browser({ 'oracle-calls.wipe': local.getItem('oracle-calls.wipe') ?? '' }, [...left]);
  await wipeBrowser(next.all);
  expect([...next.left]).toEqual([]);
  expect(isWipeDue(next.all)).toBe(false);
});

test('a token that an earlier version kept in the clear is wiped, with what it belonged to', async () => {
  const { left, local, all } = browser({ 'oracle-calls.session': '{"accessToken":"canary"}' }, ['crypto']);
  expect(isWipeDue(all)).toBe(true);
  await wipeBrowser(all);
  expect([local.keys, [...left]]).toEqual([[], []]);
});
