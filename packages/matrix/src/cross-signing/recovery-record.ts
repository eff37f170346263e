import { systemClock } from '@oracle-calls/protocol';
import { homeserverFailure } from '../homeserver-failure.ts';
import type { CrossSigningClient } from './cross-signing-client.ts';
import type { WaitingOptions } from './ensure-cross-signing.ts';

/** Names the recovery key's record (Matrix spec, "Secret storage"). */
const DEFAULT_KEY = 'm.secret_storage.default_key';
/** Each look is a request, and the next sync brings it. */
const LOOK_GAP_MS = 100;
/** So often the homeserver is asked: five seconds, and more where it is slow. */
const LOOKS = 50;

export interface RecoveryRecord {
  /** The id of the account's recovery key, as the homeserver says it. */
  readonly keyId: string | undefined;
  /** This client says the same. */
  readonly isKnownHere: boolean;
}

/**
 * The record of the account's recovery key, once this client knows it as the homeserver does. A first sync may be minutes old (Synapse
 * repeats its answer to the same question), and the SDK believes it: an account whose key it does not show would be given another, and copies of the one
 * that people keep would open nothing any more. A client that does not come to know it is not waited for without end.
 *
 * @throws what the request throws; aborts rethrow `signal.reason`
 */
export async function readRecoveryRecord(
  client: CrossSigningClient,
  { clock = systemClock, signal }: WaitingOptions,
): Promise<RecoveryRecord> {
  for (let look = 1; ; look++) {
    const keyId = await keyAtHomeserver(client);
    const isKnownHere = keyId === keyIdIn(client.getAccountData(DEFAULT_KEY)?.getOriginalContent());
    if (isKnownHere || look === LOOKS) return { keyId, isKnownHere };
    await clock.sleep(LOOK_GAP_MS, { signal });
  }
}

async function keyAtHomeserver(client: CrossSigningClient): Promise<string | undefined> {
  const path = `/user/${encodeURIComponent(client.getUserId() ?? '')}/account_data/${DEFAULT_KEY}`;
  try {
    return keyIdIn(await client.http.authedRequest('GET', path, undefined, undefined, {}));
  } catch (error) {
    if (homeserverFailure(error).httpStatus === 404) return undefined;
    throw error;
  }
}

function keyIdIn(content: unknown): string | undefined {
  const key: unknown = typeof content === 'object' && content !== null ? Reflect.get(content, 'key') : undefined;
  return typeof key === 'string' && key !== '' ? key : undefined;
}
