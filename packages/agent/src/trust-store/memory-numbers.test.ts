import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MEMORY_MAX_AGE_MS } from './memory-numbers.ts';
import { openTrustStore } from './trust-store.ts';

const NOW = 1_000_000;
const SCOPE = 'a'.repeat(64);
const refusedAs = (why: string): unknown => expect.objectContaining({ code: 'ERR_MEMORY_REFUSED', details: { why } });

let dir = '';
let file = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'trust-'));
  file = join(dir, 'trust', 'trust.db');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const facts = (revision: number, erasedAt = 0) => ({ revision, erasedAt, keptAt: NOW });

describe('the numbers of memories', () => {
  it('rise over restarts, and the newest that was kept is believed', () => {
    {
      using trust = openTrustStore(file);
      expect(trust.memories.next(SCOPE, NOW)).toEqual({ revision: 1, erasedAt: 0 });
      trust.memories.kept(SCOPE, 1, NOW);
    }
    using trust = openTrustStore(file);
    expect(trust.memories.next(SCOPE, NOW).revision).toBe(2);
    trust.memories.kept(SCOPE, 2, NOW);
    trust.memories.accept(SCOPE, facts(2), NOW);
    expect(() => trust.memories.accept(SCOPE, facts(1), NOW)).toThrow(refusedAs('rolled-back'));
  });

  it('believe either of two when it was never heard which one the backend has', () => {
    using trust = openTrustStore(file);
    const { revision } = trust.memories.next(SCOPE, NOW);
    trust.memories.kept(SCOPE, revision, NOW);
    trust.memories.next(SCOPE, NOW);
    trust.memories.accept(SCOPE, facts(1), NOW);
    trust.memories.accept(SCOPE, facts(2), NOW);
    expect(() => trust.memories.accept(SCOPE, facts(1), NOW)).toThrow(refusedAs('rolled-back'));
    expect(trust.memories.next(SCOPE, NOW).revision).toBe(3);
  });

  it('follow what another machine of the oracle has kept', () => {
    using trust = openTrustStore(file);
    trust.memories.accept(SCOPE, facts(7, 40), NOW);
    expect(trust.memories.next(SCOPE, NOW)).toEqual({ revision: 8, erasedAt: 40 });
  });

  it('refuse for good what was kept before an erasure, though the backend denies it later', () => {
    using trust = openTrustStore(file);
    trust.memories.next(SCOPE, NOW);
    trust.memories.kept(SCOPE, 1, NOW);
    trust.memories.next(SCOPE, NOW);
    trust.memories.learn(SCOPE, 500, NOW);
    for (const revision of [1, 2]) {
      expect(() => trust.memories.accept(SCOPE, facts(revision), NOW)).toThrow(refusedAs('erased'));
      // Not even when it says that it knew of the erasure.
      expect(() => trust.memories.accept(SCOPE, facts(revision, 500), NOW)).toThrow(refusedAs('rolled-back'));
    }
    trust.memories.learn(SCOPE, 0, NOW);
    expect(() => trust.memories.accept(SCOPE, facts(2), NOW)).toThrow(refusedAs('erased'));
    const next = trust.memories.next(SCOPE, NOW);
    expect(next).toEqual({ revision: 3, erasedAt: 500 });
    trust.memories.accept(SCOPE, { ...next, keptAt: NOW }, NOW);
  });

  it('refuse what was kept before the user said in a call that it is to be forgotten', () => {
    using trust = openTrustStore(file);
    trust.memories.next(SCOPE, NOW);
    trust.memories.forget(SCOPE, NOW);
    expect(() => trust.memories.accept(SCOPE, facts(1), NOW)).toThrow(refusedAs('rolled-back'));
    // The twin: another session is not touched.
    trust.memories.accept('b'.repeat(64), facts(1), NOW);
  });

  it('are forgotten when every record that they could refuse is too old', () => {
    using trust = openTrustStore(file);
    trust.memories.accept(SCOPE, facts(5), NOW);
    const later = NOW + MEMORY_MAX_AGE_MS + 1;
    trust.memories.next('b'.repeat(64), later);
    trust.memories.accept(SCOPE, facts(1), later);
  });

  it('have their place in a store that was made before there were any', () => {
    openTrustStore(file)[Symbol.dispose]();
    {
      using raw = new DatabaseSync(file);
      raw.exec('DROP TABLE memories; PRAGMA user_version = 1');
      raw.exec("INSERT INTO attempts VALUES ('$e@r', 3, 99)");
    }
    using trust = openTrustStore(file);
    expect(trust.memories.next(SCOPE, NOW).revision).toBe(1);
    using raw = new DatabaseSync(file);
    expect(raw.prepare('SELECT count(*) AS count FROM attempts').get()?.['count']).toBe(1);
  });
});
