import { systemClock, type Clock } from '@oracle-calls/protocol';
import * as v from 'valibot';
import { SignInError } from './sign-in-error.ts';

/** A form that comes later than this is no form. In ms. */
const ANSWER_LIMIT_MS = 15_000;
/** As many as a person can choose from. */
const PROVIDERS_MAX = 20;

/** Where a homeserver lets people sign in with another account of theirs. */
export interface IdentityProvider {
  /** Absent where the homeserver itself asks which one. */
  readonly id: string | undefined;
  readonly name: string | undefined;
}

/** What a homeserver offers to sign in with, as far as this page can. */
export interface LoginMethods {
  readonly hasPassword: boolean;
  readonly providers: readonly IdentityProvider[];
}

const flowsSchema = v.object({
  flows: v.array(
    v.object({
      type: v.string(),
      identity_providers: v.optional(
        v.array(v.object({ id: v.pipe(v.string(), v.minLength(1)), name: v.pipe(v.string(), v.maxLength(200)) })),
      ),
    }),
  ),
});

/** @throws {SignInError} `unreachable`, or `no-homeserver` for an answer that is none of a homeserver */
export async function fetchLoginMethods(
  homeserverUrl: string,
  { clock = systemClock, fetch: ask = fetch }: { readonly clock?: Clock; readonly fetch?: typeof fetch } = {},
): Promise<LoginMethods> {
  const limit = new AbortController();
  using _timer = clock.after(ANSWER_LIMIT_MS, () => limit.abort());
  let answer: unknown;
  try {
    const url = new URL('/_matrix/client/v3/login', homeserverUrl);
    const response = await ask(url, { credentials: 'omit', cache: 'no-store', signal: limit.signal });
    if (response.status >= 500) throw new SignInError('unreachable');
    answer = await response.json().catch(() => undefined);
  } catch (cause) {
    throw new SignInError('unreachable', cause);
  }
  const parsed = v.safeParse(flowsSchema, answer);
  if (!parsed.success) throw new SignInError('no-homeserver');
  const { flows } = parsed.output;
  const sso = flows.find(({ type }) => type === 'm.login.sso');
  const named = sso?.identity_providers ?? [];
  const providers = named.length > 0 ? named.slice(0, PROVIDERS_MAX) : [{ id: undefined, name: undefined }];
  return {
    hasPassword: flows.some(({ type }) => type === 'm.login.password'),
    providers: sso === undefined ? [] : providers,
  };
}
