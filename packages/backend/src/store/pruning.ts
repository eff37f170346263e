import type { Clock, Logger } from '@oracle-calls/protocol';
import type { BackgroundWork } from '../background/background-work.ts';
import type { Deadlines } from '../deadlines/deadlines.ts';
import type { Store } from './store.ts';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

/** Expired sessions stay for a day, so that their owners are told "expired" rather than "invalid". */
const SESSION_GRACE_MS = DAY_MS;

/** Far longer than any OpenID token lives (Synapse: an hour), so that none is ever exchanged twice. */
const OPENID_TOKEN_MEMORY_MS = 30 * DAY_MS;

/** Longer than the SFU repeats a webhook or a client asks for a refused call. */
const NOTICE_MEMORY_MS = DAY_MS;

/** Far longer than anybody asks for a room that is closed, to be told that its call is over. */
export const CLOSED_ROOM_MEMORY_MS = DAY_MS;

/** Longer than a call event is taken after its time (`CLOCK_SKEW_MAX_MS`), so that no deleted call comes back. */
const DELETED_NAME_MEMORY_MS = DAY_MS;

/** How long calls, the audit log and what oracles remember are kept, in days. */
export interface RetentionOptions {
  /** From a call's end. */
  readonly callDays: number;
  /** From the entry. */
  readonly auditDays: number;
  /** From when something was last kept of a session: its last call. */
  readonly memoryDays: number;
}

/**
 * Calls: a year, for somebody who looks up an old one. Audit: long enough to look into what is found out late. Memories: whoever has not called for a
 * season begins anew.
 */
export const RETENTION_DEFAULTS: RetentionOptions = { callDays: 365, auditDays: 90, memoryDays: 90 };

export interface PruningDeps {
  readonly store: Pick<Store, 'notices' | 'audit' | 'sfuRooms' | 'deletion' | 'rings' | 'memories'>;
  readonly clock: Clock;
  readonly retention: RetentionOptions;
  readonly logger: Logger;
  readonly deadlines: Deadlines;
  readonly background: BackgroundWork;
}

/** Forgets, every hour, what is too old to matter. */
export class Pruning {
  readonly #deps: PruningDeps;

  constructor(deps: PruningDeps) {
    this.#deps = deps;
  }

  start(): void {
    const { store, clock, retention, logger, deadlines, background } = this.#deps;
    deadlines.set('prune', HOUR_MS, () => {
      const now = clock.now();
      background.run('prune', async () => {
        await store.notices.prune({
          sessionsBefore: now - SESSION_GRACE_MS,
          openIdTokensBefore: now - OPENID_TOKEN_MEMORY_MS,
          noticesBefore: now - NOTICE_MEMORY_MS,
        });
        await store.sfuRooms.prune(now - CLOSED_ROOM_MEMORY_MS);
        await store.audit.prune(now - retention.auditDays * DAY_MS);
        await store.deletion.pruneNames(now - DELETED_NAME_MEMORY_MS);
        await store.rings.prune(now - retention.callDays * DAY_MS);
        const memories = await store.memories.prune(now - retention.memoryDays * DAY_MS);
        if (memories > 0) logger.info('old memories deleted', { count: memories });
        const count = await store.deletion.prune(now - retention.callDays * DAY_MS, now);
        if (count > 0) logger.info('old calls deleted', { count });
      });
      this.start();
    });
  }
}
