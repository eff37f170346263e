import type { DatabaseSync } from 'node:sqlite';
import { isOracleCallError, OracleCallError } from '@oracle-calls/protocol';
import type { Did } from '@oracle-calls/protocol';
import { createKeyPin, judgeKeys, parseKeyPin } from '@oracle-calls/protocol/key-pin';
import type { KeyJudgement, KeyPin, PresentedKeys } from '@oracle-calls/protocol/key-pin';
import { type TrustDatabase, unusable } from './trust-database.ts';

/** What a user's DID shows now, resolved by the agent itself. */
export interface PresentedUser {
  readonly presented: PresentedKeys;
  /** Signed rotations in hex that the DID document publishes. */
  readonly rotations: readonly string[];
}

/** A user as the operator sees it. */
export interface KnownUser {
  readonly did: Did;
  readonly pin: KeyPin;
  /** Keys that were shown since and refused: for a person to decide about. */
  readonly refused: KeyPin | undefined;
  /** Milliseconds since the epoch: of the last call. */
  readonly seenAt: number;
}

type Table = 'key_pins' | 'refused_keys';

/** The keys of users, as they were first seen and then rotated. */
export class UserKeyPins {
  readonly #database: TrustDatabase;

  constructor(database: TrustDatabase) {
    this.#database = database;
  }

  /**
   * Decides about the keys of a user whose envelope they verified, and remembers them. A change is refused, and kept for the
   * operator to look at.
   *
   * @param now milliseconds since the epoch
   * @throws {OracleCallError} `ERR_KEY_CHANGED`, `ERR_KEY_ROTATION`; `ERR_KEY_STORE` when what was pinned cannot be read
   */
  judge({ presented, rotations }: PresentedUser, now: number): KeyJudgement {
    const judged = this.#database.transact((database): KeyJudgement | OracleCallError => {
      const pin = read(database, 'key_pins', presented.did)?.pin;
      try {
        const judgement = judgeKeys({ pin, presented, rotations });
        write(database, 'key_pins', judgement.pin, now);
        forgetRefused(database, presented.did);
        return judgement;
      } catch (cause) {
        if (pin === undefined || !isOracleCallError(cause)) throw cause;
        write(database, 'refused_keys', createKeyPin(presented, pin.sequence), now);
        return cause;
      }
    });
    // Thrown here, so that the transaction keeps what was refused.
    if (judged instanceof Error) throw judged;
    return judged;
  }

  /** Whether a key of this user is pinned: they have signed an envelope. @throws {OracleCallError} `ERR_KEY_STORE` when it cannot be read */
  knows(did: Did): boolean {
    return this.#database.transact((database) => read(database, 'key_pins', did) !== undefined);
  }

  list(): KnownUser[] {
    return this.#database.transact((database) => {
      const dids = database.prepare('SELECT did FROM key_pins ORDER BY seen_at DESC').all();
      return dids.flatMap(({ did }) => {
        const known = read(database, 'key_pins', String(did));
        if (known === undefined) return [];
        const refused = read(database, 'refused_keys', String(did))?.pin;
        return [{ did: known.pin.did, pin: known.pin, refused, seenAt: known.seenAt }];
      });
    });
  }

  /**
   * Takes a refused key for the user's, because the operator has made sure that it is. `publicKeyHex` names it, so that what is
   * accepted is what was looked at.
   *
   * @throws {OracleCallError} `ERR_KEY_CHANGED` when another key was shown since, or none
   */
  accept(did: Did, publicKeyHex: string, now: number): KeyPin {
    return this.#database.transact((database) => {
      const refused = read(database, 'refused_keys', did)?.pin;
      if (refused?.signingKey.publicKeyHex !== publicKeyHex) {
        throw new OracleCallError('ERR_KEY_CHANGED', 'This is not the key that was refused last.');
      }
      write(database, 'key_pins', refused, now);
      forgetRefused(database, did);
      return refused;
    });
  }
}

function read(database: DatabaseSync, table: Table, did: string): { pin: KeyPin; seenAt: number } | undefined {
  const row = database.prepare(`SELECT pin, seen_at FROM ${table} WHERE did = ?`).get(did);
  if (row === undefined) return undefined;
  try {
    const pin = parseKeyPin(JSON.parse(String(row['pin'])));
    if (pin.did === did) return { pin, seenAt: Number(row['seen_at']) };
  } catch (cause) {
    throw unusable(`a key of ${did} cannot be read`, cause);
  }
  throw unusable(`a key of ${did} is another's`);
}

function write(database: DatabaseSync, table: Table, pin: KeyPin, now: number): void {
  database
    .prepare(`INSERT OR REPLACE INTO ${table} (did, pin, seen_at) VALUES (?, ?, ?)`)
    .run(pin.did, JSON.stringify(pin), now);
}

function forgetRefused(database: DatabaseSync, did: string): void {
  database.prepare('DELETE FROM refused_keys WHERE did = ?').run(did);
}
