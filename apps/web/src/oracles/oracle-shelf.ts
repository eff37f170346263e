import { didSchema, type Clock, type Did } from '@oracle-calls/protocol';
import * as v from 'valibot';
import { Store } from '../store/store.ts';
import { shortNameOf } from './oracle-name.ts';

/** An oracle that can be chosen. Nothing in it is secret, and nothing in it is proved. */
export interface ShelvedOracle {
  readonly oracleDid: Did;
  /** The account that its DID document named when it was last looked up. */
  readonly matrixUserId: string | undefined;
  /** As its homeserver calls it. */
  readonly name: string | undefined;
  /** What its agent declared in the last call: that it remembers from call to call. Absent before a first call. */
  readonly remembers: boolean | undefined;
  /** Whether the operator of this page lists it. */
  readonly isListed: boolean;
}

/** More would not be looked through by anybody. */
const KEPT_MAX = 20;

const keptSchema = v.array(
  v.object({
    oracleDid: didSchema,
    matrixUserId: v.optional(v.string()),
    name: v.optional(v.string()),
    remembers: v.optional(v.boolean()),
    usedAt: v.number(),
  }),
);
type Kept = v.InferOutput<typeof keptSchema>[number];

/** What an account's sign-out has to remove. */
export const shelfKeyOf = (userId: string): string => `oracle-calls.oracles:${userId}`;

export interface OracleShelfOptions {
  readonly userId: string;
  /** The operator's, in their order. */
  readonly listed: readonly { readonly oracleDid: Did; readonly name?: string | undefined }[];
  readonly storage: Pick<Storage, 'getItem' | 'setItem'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Oracles to choose from: those that the operator lists, then those that this account called from this browser, newest first. */
export class OracleShelf extends Store<readonly ShelvedOracle[]> {
  readonly #options: OracleShelfOptions;
  #kept: readonly Kept[];

  constructor(options: OracleShelfOptions) {
    const kept = readKept(options);
    super(merge(options.listed, kept));
    this.#options = options;
    this.#kept = kept;
  }

  find(oracleDid: string): ShelvedOracle | undefined {
    return this.value.find((oracle) => oracle.oracleDid === oracleDid);
  }

  /** Puts an oracle in front, with what is known of it now. */
  keep(
    oracle: Pick<ShelvedOracle, 'oracleDid'> & Partial<Pick<ShelvedOracle, 'matrixUserId' | 'name' | 'remembers'>>,
  ): void {
    const before = this.#kept.find(({ oracleDid }) => oracleDid === oracle.oracleDid);
    const { oracleDid, matrixUserId = before?.matrixUserId, name = before?.name } = oracle;
    const { remembers = before?.remembers } = oracle;
    const kept: Kept = { oracleDid, matrixUserId, name, remembers, usedAt: this.#options.clock.now() };
    this.#write([kept, ...this.#kept.filter((one) => one !== before)].slice(0, KEPT_MAX));
  }

  /** One that the operator lists stays. */
  forget(oracleDid: string): void {
    this.#write(this.#kept.filter((one) => one.oracleDid !== oracleDid));
  }

  #write(kept: readonly Kept[]): void {
    const { userId, listed, storage } = this.#options;
    this.#kept = kept;
    this.set(merge(listed, kept));
    try {
      storage.setItem(shelfKeyOf(userId), JSON.stringify(kept));
    } catch {
      // A browser that keeps nothing starts with the operator's list next time.
    }
  }
}

/** How an oracle is called where nothing but its DID is at hand. */
export const nameOnShelf = (shelf: Pick<OracleShelf, 'find'>, oracleDid: string): string =>
  shortNameOf(shelf.find(oracleDid) ?? { oracleDid });

function readKept({ userId, storage }: OracleShelfOptions): readonly Kept[] {
  try {
    const parsed = v.safeParse(keptSchema, JSON.parse(storage.getItem(shelfKeyOf(userId)) ?? '[]'));
    return parsed.success ? parsed.output : [];
  } catch {
    return [];
  }
}

function merge(listed: OracleShelfOptions['listed'], kept: readonly Kept[]): readonly ShelvedOracle[] {
  const facts = new Map(kept.map((one) => [one.oracleDid, one]));
  // The page's own oracle may stand in the list as well.
  const dids = new Map(listed.map((one) => [one.oracleDid, one]));
  const first = [...dids.values()].map(({ oracleDid, name }) => ({
    oracleDid,
    matrixUserId: facts.get(oracleDid)?.matrixUserId,
    name: name ?? facts.get(oracleDid)?.name,
    remembers: facts.get(oracleDid)?.remembers,
    isListed: true,
  }));
  const others = kept
    .filter(({ oracleDid }) => !dids.has(oracleDid))
    .map(({ oracleDid, matrixUserId, name, remembers }) => ({
      oracleDid,
      matrixUserId,
      name,
      remembers,
      isListed: false,
    }));
  return [...first, ...others];
}
