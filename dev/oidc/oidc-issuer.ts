// oxlint-disable-next-line typescript/triple-slash-reference -- projects that import this file have no other way to its types
/// <reference path="./oidc-provider.d.ts" />
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { Provider } from 'oidc-provider';
import { listenOnLoopback } from '../process/loopback-server.ts';
import { freePort } from '../process/ports.ts';
import { interactionOf, loginPage, loginPath } from './login-page.ts';
import { createMemoryAdapter } from './memory-adapter.ts';

/** An account at the provider. Its name becomes the local part of a Matrix id. */
export interface OidcPerson {
  readonly name: string;
  readonly password: string;
}

/** What a homeserver needs to send people here and to understand who comes back. */
export interface OidcClient {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface OidcIssuer extends AsyncDisposable {
  readonly client: OidcClient;
  /** Somebody who can sign in from now on. */
  register(person: OidcPerson): void;
  /** Idempotent. */
  close(): Promise<void>;
}

export interface OidcIssuerOptions {
  /** Where the homeserver takes people who come back. */
  readonly callbackUrl: string;
  readonly people?: readonly OidcPerson[];
}

/** A login form holds a name and a password; whatever is longer is not one. */
const FORM_MAX_BYTES = 4_096;
/** Long enough for any run of tests, in seconds: sessions, codes and grants of a development provider need no care. */
const LIFETIME_S = 24 * 60 * 60;
const CLIENT_ID = 'homeserver';
/** The page has no script and posts to itself. */
const PAGE_HEADERS = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' };

/** A real OpenID Connect provider on loopback, in this very process, whose login page a script can fill in. */
export async function startOidcIssuer({ callbackUrl, people = [] }: OidcIssuerOptions): Promise<OidcIssuer> {
  const passwords = new Map(people.map(({ name, password }) => [name, password]));
  const port = await freePort();
  const client: OidcClient = {
    issuer: `http://127.0.0.1:${port}`,
    clientId: CLIENT_ID,
    clientSecret: randomBytes(32).toString('base64url'),
  };
  const provider = createProvider(client, callbackUrl, passwords);
  const serve = provider.callback();
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const answer = interactionOf(path) === undefined ? serve(request, response) : logIn(request, response);
    answer.catch(() => response.writeHead(500).end());
  });

  async function logIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const show = (status: number, isRefused: boolean): void =>
      void response.writeHead(status, PAGE_HEADERS).end(loginPage({ isRefused }));
    // Refuses an interaction that is over, or was begun in another browser.
    await provider.interactionDetails(request, response);
    if (request.method !== 'POST') return show(200, false);
    const form = new URLSearchParams(await bounded(request));
    const name = form.get('name') ?? '';
    const password = passwords.get(name);
    if (password === undefined || password !== form.get('password')) return show(401, true);
    const result = { login: { accountId: name } };
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }

  const listening = await listenOnLoopback(server, port);
  return {
    client,
    register: ({ name, password }) => void passwords.set(name, password),
    ...listening,
  };
}

function createProvider(
  { issuer, clientId, clientSecret }: OidcClient,
  callbackUrl: string,
  people: ReadonlyMap<string, string>,
): Provider {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ttl = ['AccessToken', 'IdToken', 'Interaction', 'Session', 'Grant'].map((name) => [name, LIFETIME_S] as const);
  return new Provider(issuer, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [callbackUrl] }],
    adapter: createMemoryAdapter(),
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'RS256' }] },
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'] },
    // The homeserver reads the profile from the id token.
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => loginPath(uid) },
    ttl: Object.fromEntries(ttl),
    findAccount(_context, id) {
      if (!people.has(id)) return undefined;
      return { accountId: id, claims: () => ({ sub: id, name: id, preferred_username: id }) };
    },
    // There is one client, and it is the homeserver's: nobody is asked whether it may know them.
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope('openid profile');
      await grant.save();
      return grant;
    },
  });
}

async function bounded(request: IncomingMessage): Promise<string> {
  if (Number(request.headers['content-length'] ?? Number.NaN) <= FORM_MAX_BYTES) return text(request);
  throw new RangeError('The form is too large.');
}
