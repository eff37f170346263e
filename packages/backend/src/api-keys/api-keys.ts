import { randomBytes } from 'node:crypto';
import { BearerSecret, OracleCallError, type Clock, type Did } from '@oracle-calls/protocol';
import { hashToken } from '../auth/opaque-token.ts';
import type { ApiKeyRecord } from '../store/api-key-store.ts';
import type { Store } from '../store/store.ts';

/** Marks the text of a key, so that a secret scanner finds one that was lost. */
export const API_KEY_PREFIX = 'oca_';

/** 256 bits: nobody guesses it, so that a plain hash of it is safe to store. */
const API_KEY_BYTES = 32;

/** 64 bits name a key; the name is no secret. */
const API_KEY_ID_BYTES = 8;

/** How long a rotated key stays good when nothing else is said, in milliseconds: time to give the new one to every agent. */
export const ROTATION_OVERLAP_MS = 24 * 60 * 60_000;

/** Longest overlap, in milliseconds: a key that is good for longer was not rotated. */
export const ROTATION_OVERLAP_MAX_MS = 30 * 24 * 60 * 60_000;

/** A key that was just made. This is the only time that its text is known. */
export interface CreatedApiKey {
  readonly id: string;
  readonly oracleDid: Did;
  readonly secret: BearerSecret;
}

export type ApiKeyState = 'good' | 'expiring' | 'expired' | 'revoked';

/** What a key is now. */
export function stateOfApiKey({ expiresAt, revokedAt }: ApiKeyRecord, now: number): ApiKeyState {
  if (revokedAt !== undefined) return 'revoked';
  if (expiresAt === undefined) return 'good';
  return expiresAt > now ? 'expiring' : 'expired';
}

export interface ApiKeysDeps {
  readonly store: Pick<Store, 'apiKeys' | 'audit'>;
  readonly clock: Clock;
}

const unknownKey = (): OracleCallError => new OracleCallError('ERR_CLI_API_KEY');

/**
 * Agents' API keys, for whoever operates the backend. Of each key only the SHA-256 is stored, and each is good for one oracle. A
 * running backend sees every change with its next request. Everything done here is in the audit log.
 */
export class ApiKeys {
  readonly #deps: ApiKeysDeps;

  constructor(deps: ApiKeysDeps) {
    this.#deps = deps;
  }

  async create(oracleDid: Did): Promise<CreatedApiKey> {
    const { store, clock } = this.#deps;
    const { id, secret } = createKey();
    const now = clock.now();
    await store.apiKeys.add({ id, oracleDid, sha256: hashToken(secret), createdAt: now });
    await store.audit.add({ at: now, action: 'api-key-create', keyId: id, oracleDid });
    return { id, oracleDid, secret };
  }

  /** Every key that ever was, oldest first; of one oracle or of all. */
  list(oracleDid?: Did): Promise<readonly ApiKeyRecord[]> {
    return this.#deps.store.apiKeys.list(oracleDid);
  }

  /**
   * Makes a key for the same oracle; the old one stays good for `overlapMs`.
   *
   * @throws {OracleCallError} `ERR_CLI_API_KEY` when the old key is unknown, revoked or rotated already
   * @throws {RangeError} for an overlap that is negative or longer than {@link ROTATION_OVERLAP_MAX_MS}
   */
  async rotate(id: string, overlapMs: number = ROTATION_OVERLAP_MS): Promise<CreatedApiKey> {
    if (!(overlapMs >= 0 && overlapMs <= ROTATION_OVERLAP_MAX_MS)) {
      throw new RangeError('An overlap lasts from nothing to thirty days.');
    }
    const { store, clock } = this.#deps;
    const { id: freshId, secret } = createKey();
    const now = clock.now();
    const fresh = { id: freshId, sha256: hashToken(secret), createdAt: now };
    const oracleDid = await store.apiKeys.replace(id, fresh, now + overlapMs);
    if (oracleDid === undefined) throw unknownKey();
    await store.audit.add({ at: now, action: 'api-key-rotate', keyId: id, oracleDid });
    await store.audit.add({ at: now, action: 'api-key-create', keyId: freshId, oracleDid });
    return { id: freshId, oracleDid, secret };
  }

  /** Makes a key worthless at once. @throws {OracleCallError} `ERR_CLI_API_KEY` when it is unknown or revoked already */
  async revoke(id: string): Promise<void> {
    const { store, clock } = this.#deps;
    const now = clock.now();
    const oracleDid = await store.apiKeys.revoke(id, now);
    if (oracleDid === undefined) throw unknownKey();
    await store.audit.add({ at: now, action: 'api-key-revoke', keyId: id, oracleDid });
  }
}

function createKey(): { readonly id: string; readonly secret: BearerSecret } {
  const text = `${API_KEY_PREFIX}${randomBytes(API_KEY_BYTES).toString('base64url')}`;
  return {
    id: `key-${randomBytes(API_KEY_ID_BYTES).toString('hex')}`,
    secret: new BearerSecret(text, 'agent API key'),
  };
}
