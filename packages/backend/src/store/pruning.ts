import type { Clock } from '@oracle-calls/protocol';
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

/** Long enough to look into what is found out late; each release and claim is one short row. */
export const AUDIT_MEMORY_MS = 90 * DAY_MS;

export interface PruningDeps {
  readonly store: Pick<Store, 'notices' | 'audit' | 'sfuRooms'>;
  readonly clock: Clock;
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
    const { store, clock, deadlines, background } = this.#deps;
    deadlines.set('prune', HOUR_MS, () => {
      const now = clock.now();
      background.run('prune', async () => {
        await store.notices.prune({
          sessionsBefore: now - SESSION_GRACE_MS,
          openIdTokensBefore: now - OPENID_TOKEN_MEMORY_MS,
          noticesBefore: now - NOTICE_MEMORY_MS,
        });
        await store.sfuRooms.prune(now - CLOSED_ROOM_MEMORY_MS);
        await store.audit.prune(now - AUDIT_MEMORY_MS);
      });
      this.start();
    });
  }
}
