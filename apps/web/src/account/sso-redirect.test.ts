import { expect, test } from 'vitest';
import { beginSso, takeSsoAnswer } from './sso-redirect.ts';

const HOMESERVER = 'https://matrix.example.org';
const PAGE = 'https://calls.example.org/';
const CANARY = 'canary-login-token';

/** The storage of one tab. */
function tab() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

const begin = (storage: Pick<Storage, 'setItem'>, providerId?: string) =>
  beginSso({ homeserverUrl: HOMESERVER, providerId, pageUrl: PAGE }, storage);

/** Where the homeserver sends the browser: what the page named, with a token. */
function comeBack(begun: URL): string {
  const back = new URL(begun.searchParams.get('redirectUrl') ?? '');
  back.searchParams.set('loginToken', CANARY);
  return back.href;
}

test('who goes to the identity provider comes back with a token for the homeserver they left for', () => {
  const storage = tab();
  const begun = begin(storage, 'oidc-company');
  expect(begun.href).toMatch(
    /^https:\/\/matrix\.example\.org\/_matrix\/client\/v3\/login\/sso\/redirect\/oidc-company\?/,
  );
  const { answer, cleaned } = takeSsoAnswer(comeBack(begun), storage);
  if (answer.kind !== 'token') throw new Error(answer.kind);
  expect(answer.homeserverUrl).toBe(HOMESERVER);
  expect(answer.loginToken.expose()).toBe(CANARY);
  expect(cleaned).toBe(PAGE);
});

test('a provider is part of the path and cannot lead out of it', () => {
  expect(begin(tab(), '../../x?y').pathname).toBe('/_matrix/client/v3/login/sso/redirect/..%2F..%2Fx%3Fy');
  expect(begin(tab()).pathname).toBe('/_matrix/client/v3/login/sso/redirect');
});

test('a token that this tab did not ask for is refused: a link of somebody else signs nobody in', () => {
  const begun = begin(tab());
  const victim = tab();
  for (const href of [comeBack(begun), `${PAGE}?loginToken=${CANARY}`]) {
    const { answer, cleaned } = takeSsoAnswer(href, victim);
    expect(answer).toEqual({ kind: 'refused' });
    expect(cleaned).not.toContain(CANARY);
  }
  // The victim has begun a sign-in of their own: the state is still not theirs.
  begin(victim);
  expect(takeSsoAnswer(comeBack(begun), victim).answer).toEqual({ kind: 'refused' });
});

test('twin: where a tab takes a state that is not its own, the same link gives it the token', () => {
  const attacker = tab();
  const begun = begin(attacker);
  const victim = { ...attacker, removeItem: () => undefined };
  expect(takeSsoAnswer(comeBack(begun), victim).answer.kind).toBe('token');
});

test('an answer is good once', () => {
  const storage = tab();
  const href = comeBack(begin(storage));
  expect(takeSsoAnswer(href, storage).answer.kind).toBe('token');
  expect(takeSsoAnswer(href, storage).answer.kind).toBe('refused');
});

test('an address without an answer stays as it is, and no token shows in text', () => {
  expect(takeSsoAnswer(`${PAGE}?x=1#y`, tab())).toEqual({ answer: { kind: 'none' }, cleaned: `${PAGE}?x=1#y` });
  const storage = tab();
  const { answer } = takeSsoAnswer(comeBack(begin(storage)), storage);
  expect(JSON.stringify(answer)).not.toContain(CANARY);
});

test('what the tab remembers is not believed when it names no homeserver', () => {
  const storage = tab();
  const href = comeBack(begin(storage));
  const state = new URL(href).searchParams.get('sso');
  for (const homeserverUrl of ['javascript:alert(1)', 'http://matrix.example.org']) {
    storage.setItem('oracle-calls.sso', JSON.stringify({ state, homeserverUrl }));
    expect(takeSsoAnswer(href, storage).answer).toEqual({ kind: 'refused' });
  }
});
