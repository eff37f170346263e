import { BearerSecret, SecretBytes } from '@oracle-calls/protocol';
import * as v from 'valibot';

/** What `initRustCrypto` wants as the key of its store. */
const STORE_KEY_BYTES = 32;

/** What a request to the homeserver proves itself with, and what gets another when that has expired. */
export interface SessionTokens {
  readonly accessToken: BearerSecret;
  /** Absent where the homeserver's tokens do not expire. */
  readonly refreshToken: BearerSecret | undefined;
  /** Epoch milliseconds. */
  readonly expiresAt: number | undefined;
}

/** A login that survives a reload, with the key of its crypto store. Everything here is sealed when it is kept. */
export interface KeptSession extends SessionTokens {
  readonly homeserverUrl: string;
  readonly userId: string;
  readonly deviceId: string;
  readonly storeKey: SecretBytes;
}

export const createStoreKey = (): SecretBytes => SecretBytes.random(STORE_KEY_BYTES, 'key of the crypto store');

const keptSchema = v.object({
  homeserverUrl: v.pipe(v.string(), v.url()),
  userId: v.string(),
  deviceId: v.string(),
  accessToken: v.pipe(v.string(), v.minLength(1)),
  refreshToken: v.optional(v.pipe(v.string(), v.minLength(1))),
  expiresAt: v.optional(v.number()),
  storeKey: v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255))), v.length(STORE_KEY_BYTES)),
});

/** The plaintext of a seal: exposes the secrets. */
export function encodeSession(session: KeptSession): Uint8Array<ArrayBuffer> {
  const { homeserverUrl, userId, deviceId, accessToken, refreshToken, expiresAt, storeKey } = session;
  const kept: v.InferInput<typeof keptSchema> = {
    homeserverUrl,
    userId,
    deviceId,
    accessToken: accessToken.expose(),
    refreshToken: refreshToken?.expose(),
    expiresAt,
    storeKey: [...storeKey.expose()],
  };
  return new TextEncoder().encode(JSON.stringify(kept));
}

/** `undefined` for what is no session of ours. */
export function tryDecodeSession(bytes: BufferSource): KeptSession | undefined {
  try {
    const parsed = v.safeParse(keptSchema, JSON.parse(new TextDecoder().decode(bytes)));
    if (!parsed.success) return undefined;
    const { accessToken, refreshToken, expiresAt, storeKey, ...common } = parsed.output;
    return {
      ...common,
      expiresAt,
      accessToken: new BearerSecret(accessToken, 'access token'),
      refreshToken: refreshToken === undefined ? undefined : new BearerSecret(refreshToken, 'refresh token'),
      storeKey: new SecretBytes(Uint8Array.from(storeKey), 'key of the crypto store'),
    };
  } catch {
    return undefined;
  }
}
