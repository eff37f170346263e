import { OracleCallError, type Clock } from '@oracle-calls/protocol';
import { Filter, type IStartClientOpts } from 'matrix-js-sdk';
import { homeserverFailure } from '../homeserver-failure.ts';
import { SDK_NOTICE, type SdkClient } from '../js-sdk/sdk-client.ts';
import { abortable, timeLimit } from '../time-limit.ts';

/** A first sync of a large account takes its time, a homeserver that is being restarted as well. */
const FIRST_SYNC_LIMIT_MS = 60_000;
/**
 * Events per room in one sync: what may come into one room while the account is down and still be seen. Older ones are found
 * by their id only.
 */
const SYNC_EVENTS_PER_ROOM = 100;

interface StartableClient extends SdkClient {
  startClient(options: IStartClientOpts): Promise<void>;
}

export interface FirstSyncOptions {
  readonly client: StartableClient;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts the client and waits until it has heard from the homeserver: a sync from the store alone does not count.
 *
 * @throws {OracleCallError} `ERR_MATRIX_SESSION`, `ERR_UPSTREAM_HOMESERVER`
 */
export async function firstSync({ client, clock, signal }: FirstSyncOptions): Promise<void> {
  const { promise: synced, resolve, reject } = Promise.withResolvers<void>();
  const onSync = (state: string, _before: string | null, facts?: { readonly error?: unknown }): void => {
    if (state === 'SYNCING') resolve();
    else if (homeserverFailure(facts?.error).httpStatus === 401) {
      reject(new OracleCallError('ERR_MATRIX_SESSION', undefined, { cause: facts?.error }));
    }
  };
  const onTimeout = (): Error => new OracleCallError('ERR_UPSTREAM_HOMESERVER', 'The first sync took too long.');
  using limit = timeLimit({ clock, limitMs: FIRST_SYNC_LIMIT_MS, onTimeout, signal });
  client.on(SDK_NOTICE.sync, onSync);
  // `initialSyncLimit` counts only where no sync was kept, and homeservers send ten by themselves.
  const filter = new Filter(client.getUserId());
  filter.setTimelineLimit(SYNC_EVENTS_PER_ROOM);
  try {
    const started = client.startClient({
      filter,
      initialSyncLimit: SYNC_EVENTS_PER_ROOM,
      disablePresence: true,
      lazyLoadMembers: false,
    });
    await abortable(Promise.all([started, synced]), limit.signal);
  } finally {
    client.off(SDK_NOTICE.sync, onSync);
  }
}
