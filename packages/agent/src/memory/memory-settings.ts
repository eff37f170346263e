import { parseWith } from '@oracle-calls/protocol';
import * as v from 'valibot';
import { MEMORY_MAX_AGE_MS } from '../trust-store/memory-numbers.ts';

const DAY_MS = 24 * 60 * 60_000;

/** Turns that are kept of a session unless told: some two hours of talk, of which the newest fit. */
const KEEP_TURNS_DEFAULT = 200;
/** As long as the backend keeps a memory unless told. */
const DAYS_DEFAULT = 90;

const settingsSchema = v.strictObject({
  /** Turns at most; 0 keeps notes alone. */
  keepTurns: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000)), KEEP_TURNS_DEFAULT),
  /** Days after a session's last call in which it is remembered. */
  days: v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MEMORY_MAX_AGE_MS / DAY_MS)),
    DAYS_DEFAULT,
  ),
});

/** How an oracle remembers; what is left out has its default. */
export const memorySettingsSchema = settingsSchema;
export type MemorySettings = v.InferOutput<typeof settingsSchema>;

/** What configurations say: whether an oracle remembers, and how. */
export const memoryOptionSchema = v.union([v.boolean(), settingsSchema]);

/** What authors say. */
export type MemoryOption = boolean | Partial<MemorySettings>;

/**
 * How an oracle remembers; `undefined` for one that does not.
 *
 * @throws {OracleCallError} `ERR_CONFIG_INVALID` when a number is none that may be
 */
export function memorySettingsOf(option: MemoryOption | undefined): MemorySettings | undefined {
  if (option === undefined || option === false) return undefined;
  return parseWith(settingsSchema, option === true ? {} : option, 'ERR_CONFIG_INVALID');
}

export const daysInMs = (days: number): number => days * DAY_MS;
