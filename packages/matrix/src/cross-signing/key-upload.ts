import { systemClock, type Clock } from '@oracle-calls/protocol';
import { CRYPTO_NOTICE } from './crypto-notices.ts';
import type { SdkClient } from '../js-sdk/sdk-client.ts';
import { abortable, timeLimit } from '../time-limit.ts';

/** The SDK begins an upload up to ten seconds late, so that devices do not upload at once; then a request or two. In ms. */
export const KEY_UPLOAD_LIMIT_MS = 30_000;

/** What became of the room keys that only this device had. */
export type KeyUpload =
  | { readonly state: 'uploaded' }
  /** Signing out now loses the keys that are not in the backup, and with them what they open. */
  | {
      readonly state: 'not-uploaded';
      readonly cause: 'no-backup' | 'too-slow';
      /** Room keys that are on this device only; `undefined` when the SDK does not tell. */
      readonly remaining: number | undefined;
    };

export interface KeyUploadClient extends Pick<SdkClient, 'on' | 'off'> {
  getCrypto(): { getActiveSessionBackupVersion(): Promise<string | null> } | undefined;
}

export interface KeyUploadOptions {
  readonly clock?: Clock | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly limitMs?: number | undefined;
}

interface KeyCounts {
  readonly total: number;
  readonly backedUp: number;
}

/** Waits, bounded, until the homeserver has every room key of this device. Call it before signing out. Aborts rethrow `signal.reason`. */
export async function waitForKeyUpload(
  client: KeyUploadClient,
  { clock = systemClock, signal, limitMs = KEY_UPLOAD_LIMIT_MS }: KeyUploadOptions = {},
): Promise<KeyUpload> {
  signal?.throwIfAborted();
  const crypto = client.getCrypto();
  const counts = keyCounter(crypto);
  const tooSlow = new Error('Keys were not uploaded in time.');
  using limit = timeLimit({ clock, limitMs, onTimeout: () => tooSlow, signal });
  for (;;) {
    // Listens before it counts, so that news in between is not missed.
    const news = Promise.withResolvers<void>();
    const onNews = (): void => news.resolve();
    for (const notice of NEWS) client.on(notice, onNews);
    let remaining: number | undefined;
    try {
      if (crypto === undefined || (await crypto.getActiveSessionBackupVersion()) === null) {
        return { state: 'not-uploaded', cause: 'no-backup', remaining: await remainingOf(counts) };
      }
      remaining = await remainingOf(counts);
      if (remaining === 0) return { state: 'uploaded' };
      await abortable(news.promise, limit.signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (error !== tooSlow) throw error;
      return { state: 'not-uploaded', cause: 'too-slow', remaining };
    } finally {
      for (const notice of NEWS) client.off(notice, onNews);
    }
  }
}

const NEWS = [CRYPTO_NOTICE.backupProgress, CRYPTO_NOTICE.backupStatus, CRYPTO_NOTICE.backupFailed];

async function remainingOf(counts: (() => Promise<KeyCounts>) | undefined): Promise<number | undefined> {
  if (counts === undefined) return undefined;
  const { total, backedUp } = await counts();
  return Math.max(total - backedUp, 0);
}

/** The crypto's own count, which `matrix-js-sdk` 43 keeps private: where its shape is another, nothing is known. */
function keyCounter(crypto: unknown): (() => Promise<KeyCounts>) | undefined {
  const machine = propertyOf(crypto, 'olmMachine');
  const count = propertyOf(machine, 'roomKeyCounts');
  if (typeof count !== 'function') return undefined;
  return async () => {
    const found: unknown = await Reflect.apply(count, machine, []);
    return { total: Number(propertyOf(found, 'total')), backedUp: Number(propertyOf(found, 'backedUp')) };
  };
}

const propertyOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
