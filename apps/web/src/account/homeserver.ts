import { SignInError } from './sign-in-error.ts';

/** Where somebody signs in. */
export interface Homeserver {
  /** What people know it by. */
  readonly name: string;
  readonly baseUrl: string;
}

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/** Whether an address may be signed in at: encrypted, or on this very machine. */
export function isHomeserverUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.includes(url.hostname));
}

/** Looks a name up; a port of the AutoDiscovery of `matrix-js-sdk`. */
export type Discover = (domain: string) => Promise<{
  readonly 'm.homeserver': {
    readonly state: string;
    readonly base_url?: string | null | undefined;
    readonly error?: unknown;
  };
}>;

const discover: Discover = async (domain) => {
  const { AutoDiscovery } = await import('matrix-js-sdk/lib/autodiscovery.js');
  return AutoDiscovery.findClientConfig(domain);
};

/**
 * The homeserver that somebody means by `example.org`, `@me:example.org` or an address; names are looked up at `/.well-known/matrix/client` (Matrix spec,
 * "Server Discovery").
 *
 * @throws {SignInError} `no-homeserver`
 */
export async function findHomeserver(typed: string, look: Discover = discover): Promise<Homeserver> {
  const text = typed.trim();
  if (text.includes('://')) {
    if (!isHomeserverUrl(text)) throw new SignInError('no-homeserver');
    const url = new URL(text);
    return { name: url.host, baseUrl: url.origin };
  }
  const domain = text.startsWith('@') ? text.slice(text.indexOf(':') + 1) : text;
  // A name alone: no path, query or account, which would make another address of it.
  if (!/^[\w.-]+(:\d{1,5})?$/.test(domain)) throw new SignInError('no-homeserver');
  let found: Awaited<ReturnType<Discover>>;
  try {
    found = await look(domain);
  } catch (cause) {
    throw new SignInError('no-homeserver', cause);
  }
  const { state, base_url: baseUrl, error } = found['m.homeserver'];
  // A domain that says nothing is often the homeserver itself.
  if (state === 'PROMPT') return { name: domain, baseUrl: `https://${domain}` };
  if (state !== 'SUCCESS' || typeof baseUrl !== 'string' || !isHomeserverUrl(baseUrl)) {
    throw new SignInError('no-homeserver', error);
  }
  return { name: domain, baseUrl: baseUrl.replace(/\/+$/, '') };
}
