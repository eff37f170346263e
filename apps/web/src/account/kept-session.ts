import * as v from 'valibot';

const STORAGE_KEY = 'oracle-calls.session';

const keptSessionSchema = v.object({
  homeserverUrl: v.pipe(v.string(), v.url()),
  userId: v.string(),
  deviceId: v.string(),
  accessToken: v.string(),
});

/** A login that survives a reload. It holds the Matrix access token, as browser clients of Matrix do. */
export type KeptSession = v.InferOutput<typeof keptSessionSchema>;

export function findSession(storage: Pick<Storage, 'getItem'>, homeserverUrl: string): KeptSession | undefined {
  try {
    const parsed = v.safeParse(keptSessionSchema, JSON.parse(storage.getItem(STORAGE_KEY) ?? 'null'));
    return parsed.success && parsed.output.homeserverUrl === homeserverUrl ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

export function keepSession(storage: Pick<Storage, 'setItem'>, session: KeptSession): void {
  storage.setItem(STORAGE_KEY, JSON.stringify(session));
}

export function forgetSession(storage: Pick<Storage, 'removeItem'>): void {
  storage.removeItem(STORAGE_KEY);
}
