import { callIdSchema, didSchema, type CallId, type Did } from '@oracle-calls/protocol';
import * as v from 'valibot';

/** Where a person is in the page. `call` and `summary` are of the call in progress or the last one: nobody can open them by hand. */
export type Route =
  | { readonly screen: 'home' | 'history' | 'settings' | 'call' | 'summary' }
  | { readonly screen: 'past-call'; readonly oracleDid: Did; readonly callId: CallId };
export type ScreenName = Route['screen'];

export const HOME: Route = { screen: 'home' };

const PLAIN: ReadonlySet<string> = new Set(['history', 'settings', 'call', 'summary']);
const isPlain = (name: string): name is 'history' | 'settings' | 'call' | 'summary' => PLAIN.has(name);

const pastCallSchema = v.object({ screen: v.literal('past-call'), oracleDid: didSchema, callId: callIdSchema });

/** Reads an address's hash. Whatever it does not know is home. */
export function parseRoute(hash: string): Route {
  const [name = '', ...rest] = hash.replace(/^#?\/?/, '').split('/');
  if (rest.length === 0 && isPlain(name)) return { screen: name };
  if (name !== 'history' || rest.length !== 2) return HOME;
  const [oracleDid, callId] = rest.map(tryDecode);
  const pastCall = v.safeParse(pastCallSchema, { screen: 'past-call', oracleDid, callId });
  return pastCall.success ? pastCall.output : HOME;
}

/** The hash that leads to a route; for links. */
export function hashOf(route: Route): string {
  switch (route.screen) {
    case 'home':
      return '#/';
    case 'past-call':
      return `#/history/${encodeURIComponent(route.oracleDid)}/${encodeURIComponent(route.callId)}`;
    default:
      return `#/${route.screen}`;
  }
}

function tryDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
