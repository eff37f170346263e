import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isOracleCallError, OracleCallError } from '@oracle-calls/protocol';

/** Another job's transaction takes a millisecond; past this the disk is broken, in ms. */
const BUSY_TIMEOUT_MS = 5_000;

/** How often a file is looked at that another process is about to change, in ms. */
const LOOK_AGAIN_MS = 10;
const SQLITE_BUSY = 5;

/** Permission bits of everybody but the owner. */
const OTHERS = 0o077;

/** Each makes what the layout of its number has more; `user_version` of the file says how many it has had. Never change one. */
const LAYOUTS = [
  `
  CREATE TABLE key_pins (
    did TEXT PRIMARY KEY,
    pin TEXT NOT NULL,
    seen_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE refused_keys (
    did TEXT PRIMARY KEY,
    pin TEXT NOT NULL,
    seen_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE used_contexts (
    context_hash TEXT PRIMARY KEY,
    call_id TEXT NOT NULL,
    until INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX used_contexts_until ON used_contexts (until);
  CREATE TABLE attempts (
    call_id TEXT PRIMARY KEY,
    attempt INTEGER NOT NULL,
    until INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX attempts_until ON attempts (until);
`,
  `
  CREATE TABLE memories (
    scope TEXT PRIMARY KEY,
    least INTEGER NOT NULL,
    reserved INTEGER NOT NULL,
    erased_at INTEGER NOT NULL,
    until INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX memories_until ON memories (until);
`,
] as const;

/** The file behind the trust store, shared by all jobs of one oracle, each with a connection of its own. */
export class TrustDatabase implements Disposable {
  readonly #database: DatabaseSync;

  /**
   * Opens the file, and makes it and its folder when missing.
   *
   * @throws {OracleCallError} `ERR_KEY_STORE` when it cannot be used, or its folder is open to others
   */
  constructor(file: string) {
    this.#database = orUnusable(() => {
      checkFolder(dirname(file));
      const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
      try {
        // Write-ahead: readers and the one writer do not wait for each other. Full: what was answered survives a power cut.
        writeAhead(database);
        database.exec('PRAGMA synchronous = FULL');
      } catch (cause) {
        database.close();
        throw cause;
      }
      return database;
    });
    try {
      this.transact(() => this.#layOut());
    } catch (cause) {
      this.close();
      throw cause;
    }
  }

  /** Runs `work` alone: no other process writes between its first read and its end. What it throws undoes it. */
  transact<T>(work: (database: DatabaseSync) => T): T {
    return orUnusable(() => {
      // Immediate: two readers that both want to write would deadlock.
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        const result = work(this.#database);
        this.#database.exec('COMMIT');
        return result;
      } catch (cause) {
        this.#database.exec('ROLLBACK');
        throw cause;
      }
    });
  }

  /** Idempotent. */
  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #layOut(): void {
    const layout = Number(this.#database.prepare('PRAGMA user_version').get()?.['user_version']);
    if (layout === LAYOUTS.length) return;
    // A file that something else made, or a later version, is not an empty one.
    if (layout < 0 || layout > LAYOUTS.length) throw unusable('it was made by another version');
    for (const tables of LAYOUTS.slice(layout)) this.#database.exec(tables);
    this.#database.exec(`PRAGMA user_version = ${LAYOUTS.length}`);
  }
}

/**
 * Changes a new file to write-ahead logging. SQLite does not wait for another process that is about to do the same, whatever its timeout: two that wait for each
 * other would wait forever, so it gives up at once (`sqlite3_busy_handler`), and the later one has to look again.
 */
function writeAhead(database: DatabaseSync): void {
  for (let waitedMs = 0; ; waitedMs += LOOK_AGAIN_MS) {
    try {
      return database.exec('PRAGMA journal_mode = WAL');
    } catch (cause) {
      if (!isBusy(cause) || waitedMs >= BUSY_TIMEOUT_MS) throw cause;
      // Nothing else may run in between: whoever opens the store goes on with it.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_AGAIN_MS);
    }
  }
}

/** The low byte is the primary result code (https://sqlite.org/rescode.html#busy). */
const isBusy = (cause: unknown): boolean =>
  cause instanceof Error && 'errcode' in cause && (Number(cause.errcode) & 0xff) === SQLITE_BUSY;

/** Whoever can write the folder chooses the keys, so it is the owner's alone. Windows has no such bits. */
function checkFolder(folder: string): void {
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // The process's own mask may have taken more, never less.
    chmodSync(folder, 0o700);
  }
  if (process.platform === 'win32') return;
  if ((statSync(folder).mode & OTHERS) !== 0) throw unusable('its folder is open to others (chmod 700)');
}

export function unusable(problem: string, cause?: unknown): OracleCallError {
  return new OracleCallError('ERR_KEY_STORE', `The store of known keys cannot be used: ${problem}.`, { cause });
}

/** What the database or the file system throws becomes one error: nothing is known then, which is not "never seen". */
function orUnusable<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (isOracleCallError(cause)) throw cause;
    throw unusable(cause instanceof Error ? cause.message : 'unknown', cause);
  }
}
