import type { Clock } from '@oracle-calls/protocol';
import type { Drain } from '../drain/drain.ts';
import type { ServedOracles } from '../oracles/served-oracles.ts';
import { READINESS_PARTS, type Readiness } from '../readiness/readiness.ts';
import type { Store } from '../store/store.ts';
import type { BackendMetrics } from './backend-metrics.ts';

export interface ReadGaugesDeps {
  readonly metrics: BackendMetrics;
  readonly store: Store;
  readonly oracles: Pick<ServedOracles, 'all' | 'findAccount'>;
  readonly drain: Pick<Drain, 'state'>;
  readonly readiness: Readiness;
  readonly clock: Clock;
}

/** Reads what is not counted as it happens; asked before each scrape. */
export async function readGauges(deps: ReadGaugesDeps): Promise<void> {
  const { metrics, store, oracles, drain, readiness, clock } = deps;
  // Of several oracles the one that fares worst: labels never say which (`/readyz` does).
  const accounts = oracles.all.map(({ did }) => oracles.findAccount(did));
  metrics.set('oracle_calls_matrix_syncing', {}, accounts.every((account) => account?.isSyncing() === true) ? 1 : 0);
  const lastSyncs = accounts.map((account) => account?.lastSyncAt()).filter((at) => at !== undefined);
  if (lastSyncs.length > 0) {
    metrics.set('oracle_calls_matrix_sync_age_seconds', {}, Math.max(0, clock.now() - Math.min(...lastSyncs)) / 1_000);
  }
  metrics.set('oracle_calls_draining', {}, drain.state === 'draining' ? 1 : 0);
  const missing = await readiness.missingParts();
  for (const part of READINESS_PARTS) metrics.set('oracle_calls_ready', { part }, missing.includes(part) ? 0 : 1);
  // What does not answer is not asked more.
  if (missing.includes('database')) return;
  const askedAt = performance.now();
  await store.ping();
  metrics.set('oracle_calls_database_ping_seconds', {}, (performance.now() - askedAt) / 1_000);
  const live = await store.calls.countLive();
  metrics.set('oracle_calls_live', { status: 'pending' }, live.pending);
  metrics.set('oracle_calls_live', { status: 'active' }, live.active);
  metrics.set('oracle_calls_sfu_rooms_open', {}, await store.sfuRooms.countUnclosed());
  metrics.set('oracle_calls_answers_due', {}, await store.answers.countCallsDue());
}
