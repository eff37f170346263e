import { BearerSecret } from '@oracle-calls/protocol';
import * as v from 'valibot';
import { isHomeserverUrl } from './homeserver.ts';

/** In this tab's storage while the person is away at the identity provider. */
const STORAGE_KEY = 'oracle-calls.sso';
const STATE_PARAMETER = 'sso';
const TOKEN_PARAMETER = 'loginToken';

const begunSchema = v.object({ state: v.string(), homeserverUrl: v.pipe(v.string(), v.check(isHomeserverUrl)) });

export interface SsoRequest {
  readonly homeserverUrl: string;
  /** One of several identity providers; the homeserver asks when absent. */
  readonly providerId: string | undefined;
  /** Where this page is. */
  readonly pageUrl: string;
}

/**
 * The address to go to for signing in elsewhere (Matrix spec, "Client login via SSO"). It names this page with a random state, which this tab remembers: the
 * answer is good only where it was asked for, or anybody could sign somebody in to an account of their own by a link.
 */
export function beginSso(request: SsoRequest, storage: Pick<Storage, 'setItem'>): URL {
  const { homeserverUrl, providerId, pageUrl } = request;
  // 122 random bits: nobody guesses them.
  const state = crypto.randomUUID();
  storage.setItem(STORAGE_KEY, JSON.stringify({ state, homeserverUrl }));
  const back = new URL('/', pageUrl);
  back.searchParams.set(STATE_PARAMETER, state);
  const provider = providerId === undefined ? '' : `/${encodeURIComponent(providerId)}`;
  const url = new URL(`/_matrix/client/v3/login/sso/redirect${provider}`, homeserverUrl);
  url.searchParams.set('redirectUrl', back.href);
  return url;
}

export type SsoAnswer =
  | { readonly kind: 'none' }
  /** A token that this tab did not ask for. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'token'; readonly loginToken: BearerSecret; readonly homeserverUrl: string };

/** Reads what an address brought back, once: the state is used up. `cleaned` is the address without it, to be put in its place at once. */
export function takeSsoAnswer(
  href: string,
  storage: Pick<Storage, 'getItem' | 'removeItem'>,
): { readonly answer: SsoAnswer; readonly cleaned: string } {
  const url = new URL(href);
  const token = url.searchParams.get(TOKEN_PARAMETER);
  const state = url.searchParams.get(STATE_PARAMETER);
  if (token === null && state === null) return { answer: { kind: 'none' }, cleaned: href };
  url.searchParams.delete(TOKEN_PARAMETER);
  url.searchParams.delete(STATE_PARAMETER);
  const cleaned = url.href;
  if (token === null || token === '') return { answer: { kind: 'none' }, cleaned };
  const begun = readBegun(storage.getItem(STORAGE_KEY));
  storage.removeItem(STORAGE_KEY);
  if (begun === undefined || state !== begun.state) return { answer: { kind: 'refused' }, cleaned };
  const loginToken = new BearerSecret(token, 'login token');
  return { answer: { kind: 'token', loginToken, homeserverUrl: begun.homeserverUrl }, cleaned };
}

function readBegun(text: string | null): v.InferOutput<typeof begunSchema> | undefined {
  try {
    const parsed = v.safeParse(begunSchema, JSON.parse(text ?? 'null'));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
