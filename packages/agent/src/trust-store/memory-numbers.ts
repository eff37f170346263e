import type { DatabaseSync } from 'node:sqlite';
import { memoryRefused } from '@oracle-calls/protocol/memory';
import type { MemoryFacts } from '@oracle-calls/protocol/memory';
import type { TrustDatabase } from './trust-database.ts';

/** No memory is believed that is older, in ms: so what is known of one may be forgotten then. */
export const MEMORY_MAX_AGE_MS = 365 * 24 * 60 * 60_000;

interface Known {
  /** Records of a lower revision are refused. */
  readonly least: number;
  /** The highest revision that was given out. */
  readonly reserved: number;
  /** The user's last erasure that was told here. */
  readonly erasedAt: number;
}

const UNKNOWN: Known = { least: 0, reserved: 0, erasedAt: 0 };

/** Which record of a memory is the newest: the backend that keeps them may bring an old one, or an erased one, back. */
export class MemoryNumbers {
  readonly #database: TrustDatabase;

  constructor(database: TrustDatabase) {
    this.#database = database;
  }

  /**
   * Takes a record that was opened for the newest, from now on.
   *
   * @param scope names the memory: {@link scopeName}
   * @throws {OracleCallError} `ERR_MEMORY_REFUSED`: `rolled-back` or `erased`
   */
  accept(scope: string, { revision, erasedAt }: MemoryFacts, now: number): void {
    this.#change(scope, now, (known) => {
      if (erasedAt < known.erasedAt) throw memoryRefused('erased');
      if (revision < known.least) throw memoryRefused('rolled-back');
      return { least: revision, reserved: Math.max(known.reserved, revision), erasedAt };
    });
  }

  /** The user has erased the memory at this time: what was kept until now is refused for good. Told again, nothing changes. */
  learn(scope: string, erasedAt: number, now: number): void {
    this.#change(scope, now, (known) =>
      erasedAt <= known.erasedAt ? known : { ...known, least: known.reserved + 1, erasedAt },
    );
  }

  /** The user has said in a call that it is to be forgotten: as {@link learn}, of whatever was kept until now. */
  forget(scope: string, now: number): void {
    this.#change(scope, now, (known) => ({ ...known, least: known.reserved + 1 }));
  }

  /** The number of the next record, kept before it is given out, and the last erasure that it may name. */
  next(scope: string, now: number): Pick<MemoryFacts, 'revision' | 'erasedAt'> {
    const { reserved, erasedAt } = this.#change(scope, now, (known) => ({
      ...known,
      reserved: Math.max(known.reserved + 1, known.least),
    }));
    return { revision: reserved, erasedAt };
  }

  /** The backend has this record: older ones are refused. Until then both are believed, since nobody knows which one it has. */
  kept(scope: string, revision: number, now: number): void {
    this.#change(scope, now, (known) => ({ ...known, least: Math.max(known.least, revision) }));
  }

  #change(scope: string, now: number, change: (known: Known) => Known): Known {
    return this.#database.transact((database) => {
      const changed = change(read(database, scope));
      database.prepare('DELETE FROM memories WHERE until < ?').run(now);
      database
        .prepare('INSERT OR REPLACE INTO memories (scope, least, reserved, erased_at, until) VALUES (?, ?, ?, ?, ?)')
        .run(scope, changed.least, changed.reserved, changed.erasedAt, now + MEMORY_MAX_AGE_MS);
      return changed;
    });
  }
}

function read(database: DatabaseSync, scope: string): Known {
  const row = database.prepare('SELECT least, reserved, erased_at FROM memories WHERE scope = ?').get(scope);
  if (row === undefined) return UNKNOWN;
  return { least: Number(row['least']), reserved: Number(row['reserved']), erasedAt: Number(row['erased_at']) };
}
