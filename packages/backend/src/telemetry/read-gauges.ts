import type { Clock } from '@oracle-calls/protocol';
import type { MatrixAccountPort } from '@oracle-calls/matrix/port';
import type { AnswerOutbox } from '../answers/answer-outbox.ts';
import { READINESS_PARTS, type Readiness } from '../readiness/readiness.ts';
import type { Store } from '../store/store.ts';
import type { BackendMetrics } from './backend-metrics.ts';

export interface ReadGaugesDeps {
  readonly metrics: BackendMetrics;
  readonly store: Store;
  readonly matrix: Pick<MatrixAccountPort, 'isSyncing' | 'lastSyncAt'>;
  readonly readiness: Readiness;
  readonly answers: Pick<AnswerOutbox, 'callsDue'>;
  readonly clock: Clock;
}

/** Reads what is not counted as it happens; asked before each scrape. */
export async function readGauges({ metrics, store, matrix, readiness, answers, clock }: ReadGaugesDeps): Promise<void> {
  metrics.set('oracle_calls_matrix_syncing', {}, matrix.isSyncing() ? 1 : 0);
  const lastSyncAt = matrix.lastSyncAt();
  if (lastSyncAt !== undefined) {
    metrics.set('oracle_calls_matrix_sync_age_seconds', {}, Math.max(0, clock.now() - lastSyncAt) / 1_000);
  }
  metrics.set('oracle_calls_answers_due', {}, answers.callsDue);
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
}
