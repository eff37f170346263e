import { createHash } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { Tables } from './tables.ts';

/** What a deleted call must not come back by. */
export interface CallNames {
  readonly eventId: string;
  readonly sfuRoomName: string;
  readonly envelopeSha256: string;
}

export type NameKind = 'event' | 'room' | 'envelope';

/** All that stays of a name: its hash. The names are random, so nobody guesses them from it. */
const hashName = (kind: NameKind, name: string): string =>
  createHash('sha256').update(`deleted ${kind} ${name}`).digest('hex');

/** Remembers names by hash, so that the event of a deleted call that Matrix delivers once more makes no new call. */
export async function rememberDeleted(
  tx: Transaction<Tables>,
  calls: readonly CallNames[],
  now: number,
): Promise<void> {
  const hashes = calls.flatMap(({ eventId, sfuRoomName, envelopeSha256 }) => [
    hashName('event', eventId),
    hashName('room', sfuRoomName),
    hashName('envelope', envelopeSha256),
  ]);
  await tx
    .insertInto('deleted_names')
    .values(hashes.map((sha256) => ({ sha256, deleted_at: now })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Which of these names a deleted call had. */
export async function findDeleted(
  tx: Transaction<Tables>,
  names: Partial<Record<NameKind, string>>,
): Promise<ReadonlySet<NameKind>> {
  const kinds = new Map<string, NameKind>();
  for (const kind of ['event', 'room', 'envelope'] as const) {
    const name = names[kind];
    if (name !== undefined) kinds.set(hashName(kind, name), kind);
  }
  const rows = await tx
    .selectFrom('deleted_names')
    .select('sha256')
    .where('sha256', 'in', [...kinds.keys()])
    .execute();
  return new Set(rows.flatMap(({ sha256 }) => kinds.get(sha256) ?? []));
}
