import { expect, test } from 'vitest';
import { findHomeserver, isHomeserverUrl, type Discover } from './homeserver.ts';

/** The world of names. */
const look: Discover = (domain) => {
  const answers: Record<string, Awaited<ReturnType<Discover>>> = {
    'example.org': { 'm.homeserver': { state: 'SUCCESS', base_url: 'https://matrix.example.org/' } },
    'plain.org': { 'm.homeserver': { state: 'PROMPT', error: 'No .well-known JSON file found' } },
    'broken.org': { 'm.homeserver': { state: 'FAIL_PROMPT', error: 'Invalid' } },
    'unsafe.org': { 'm.homeserver': { state: 'SUCCESS', base_url: 'http://matrix.unsafe.org' } },
  };
  const answer = answers[domain];
  return answer === undefined ? Promise.reject(new Error('no such name')) : Promise.resolve(answer);
};

test.each([
  ['example.org', 'https://matrix.example.org'],
  [' @alice:example.org ', 'https://matrix.example.org'],
  ['plain.org', 'https://plain.org'],
  ['https://matrix.example.org/_matrix', 'https://matrix.example.org'],
  ['http://127.0.0.1:8008', 'http://127.0.0.1:8008'],
])('%s means %s', async (typed, baseUrl) => {
  await expect(findHomeserver(typed, look)).resolves.toMatchObject({ baseUrl });
});

test.each(['', 'broken.org', 'unsafe.org', 'nowhere.org', 'http://example.org', 'example.org/x', 'a b', 'ftp://x.org'])(
  'nobody is signed in at %j',
  async (typed) => {
    await expect(findHomeserver(typed, look)).rejects.toMatchObject({ kind: 'no-homeserver' });
  },
);

test('a password goes over an encrypted connection, or stays on this machine', () => {
  expect(['https://a.org', 'http://localhost:8008', 'http://[::1]:1'].map(isHomeserverUrl)).toEqual([true, true, true]);
  expect(['http://a.org', 'javascript:1', 'x', 'http://127.0.0.1.evil.org'].map(isHomeserverUrl)).not.toContain(true);
});
