import { didSchema, parseWith } from '@oracle-calls/protocol';
import * as v from 'valibot';

/** What the server tells the page at `/config.json`. */
export const pageConfigSchema = v.object({
  homeserverUrl: v.pipe(v.string(), v.url()),
  /** Whether people may sign in at that homeserver only. By default they may name another. */
  isHomeserverFixed: v.optional(v.boolean()),
  /** The oracle that the page offers to call. */
  oracleDid: didSchema,
  /** Others that it offers, in this order. */
  oracles: v.optional(
    v.array(v.object({ oracleDid: didSchema, name: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(64))) })),
  ),
  /** HTTP resolver for `did:ixo`. */
  didResolverUrl: v.optional(v.pipe(v.string(), v.url())),
  /** Where spans of calls go by OTLP over HTTP; nowhere when absent. */
  otlpUrl: v.optional(v.pipe(v.string(), v.url())),
  /** Fills the sign-in forms, on a development stack only. */
  testUser: v.optional(v.object({ userId: v.string(), password: v.string(), recoveryKey: v.optional(v.string()) })),
});
export type PageConfig = v.InferOutput<typeof pageConfigSchema>;

export async function fetchPageConfig(): Promise<PageConfig> {
  const response = await fetch('/config.json', { cache: 'no-store' });
  return parseWith(pageConfigSchema, await response.json());
}

/** Whether the page runs on a development machine, where addresses may be private and unencrypted. */
export function isDevelopment({ homeserverUrl }: Pick<PageConfig, 'homeserverUrl'>): boolean {
  const { protocol, hostname } = new URL(homeserverUrl);
  return protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}
