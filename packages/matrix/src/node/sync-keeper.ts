import { waitAtMost, type Clock, type Logger } from '@oracle-calls/protocol';
import { SDK_NOTICE, type SdkClient } from '../js-sdk/sdk-client.ts';

/** How often the sync is saved at most. */
const SAVE_INTERVAL_MS = 1_000;
/**
 * Saving rewrites the rooms' latest events (a thousand rooms of fifty events: two thirds of a second, a third of it in one piece), so a large
 * account saves less often: a hundredth of the time.
 */
const SAVE_SHARE = 100;
/** A save that the disk refuses is never complete. */
const CLOSE_LIMIT_MS = 2_000;

export interface SyncKeeperOptions {
  readonly client: Pick<SdkClient, 'on' | 'off'>;
  /** Takes what is to be saved at once. */
  readonly save: () => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Saves the sync token and the latest events, so that a restart goes on where this process was: without it, quick restarts
 * replay old syncs, and make the crypto upload one-time keys until the homeserver refuses.
 *
 * Saves only at the moment when a sync was wholly handled. An older token than necessary is harmless; a newer one than what
 * the crypto has handled would lose room keys.
 */
export class SyncKeeper implements AsyncDisposable {
  readonly #options: SyncKeeperOptions;
  #isSaving = false;
  #nextAt = 0;
  #saved = Promise.resolve();

  constructor(options: SyncKeeperOptions) {
    this.#options = options;
    options.client.on(SDK_NOTICE.sync, this.#onSync);
  }

  /** Saves no more, and waits a moment for what is being saved. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { client, clock } = this.#options;
    client.off(SDK_NOTICE.sync, this.#onSync);
    await waitAtMost(clock, this.#saved, CLOSE_LIMIT_MS);
  }

  /** The save must begin synchronously with the notice: a turn later the SDK may be in the middle of the next sync. */
  readonly #onSync = (state: string): void => {
    if (state !== 'SYNCING') return;
    const { save, clock, logger } = this.#options;
    const startedAt = clock.now();
    if (this.#isSaving || startedAt < this.#nextAt) return;
    this.#isSaving = true;
    this.#saved = save()
      .catch((error: unknown) => {
        // An older one is as good, only slower.
        logger.warn('matrix sync not kept', { error: error instanceof Error ? error.name : typeof error });
      })
      .finally(() => {
        const endedAt = clock.now();
        this.#isSaving = false;
        this.#nextAt = endedAt + Math.max(SAVE_INTERVAL_MS, (endedAt - startedAt) * SAVE_SHARE);
      });
  };
}
