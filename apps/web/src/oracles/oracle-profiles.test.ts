import { expect, test } from 'vitest';
import { OracleProfiles, type ProfileSource } from './oracle-profiles.ts';

const ORACLE = '@oracle:localhost';
const PNG = new Uint8Array([137, 80, 78, 71]);

function scene(
  profile: Awaited<ReturnType<ProfileSource['getProfileInfo']>>,
  picture = new Blob([PNG], { type: 'image/png' }),
) {
  const asked: string[] = [];
  const source: ProfileSource = {
    getProfileInfo: async (userId) => {
      asked.push(userId);
      return profile;
    },
    mxcUrlToHttp: (url) => (url.startsWith('mxc://') ? 'https://matrix.example/media' : null),
    getAccessToken: () => 'token-of-the-test',
  };
  const requests: Request[] = [];
  const profiles = new OracleProfiles(source, async (url, init) => {
    requests.push(new Request(url, init));
    return new Response(picture, { headers: { 'content-type': picture.type } });
  });
  return { profiles, asked, requests };
}

test('a name and a picture are asked for once', async () => {
  const { profiles, asked, requests } = scene({ displayname: 'Oracle', avatar_url: 'mxc://localhost/picture' });
  const profile = { name: 'Oracle', picture: 'data:image/png;base64,iVBORw==' };
  expect(await profiles.read(ORACLE)).toEqual(profile);
  expect(await profiles.read(ORACLE)).toEqual(profile);
  expect(asked).toEqual([ORACLE]);
  expect(requests[0]?.headers.get('authorization')).toBe('Bearer token-of-the-test');
});

test('a name loses what would turn or break the line around it, and its excess', async () => {
  const turned = scene({ displayname: ' \u202Eelcaro\u2066 \u0000 ' });
  expect((await turned.profiles.read(ORACLE)).name).toBe('elcaro');
  const long = scene({ displayname: 'x'.repeat(1_000) });
  expect((await long.profiles.read(ORACLE)).name).toHaveLength(64);
  const empty = scene({ displayname: '\u200B' });
  expect((await empty.profiles.read(ORACLE)).name).toBeUndefined();
});

test.each([
  ['no drawing', new Blob(['<svg/>'], { type: 'image/svg+xml' })],
  ['a page', new Blob(['<html>'], { type: 'text/html' })],
  ['too large', new Blob([new Uint8Array(600_000)], { type: 'image/png' })],
])('a picture that is %s is not shown', async (_words, picture) => {
  const { profiles } = scene({ avatar_url: 'mxc://localhost/picture' }, picture);
  expect((await profiles.read(ORACLE)).picture).toBeUndefined();
});

test('a picture that is not in a homeserver’s store is not asked for', async () => {
  const { profiles, requests } = scene({ avatar_url: 'https://tracker.example/pixel.png' });
  expect((await profiles.read(ORACLE)).picture).toBeUndefined();
  expect(requests).toEqual([]);
});

test('who has no profile has neither, and is asked again the next time', async () => {
  const { profiles, asked } = scene({});
  const source: ProfileSource = {
    getProfileInfo: (userId) => {
      asked.push(userId);
      return Promise.reject(new Error('away'));
    },
    mxcUrlToHttp: () => null,
    getAccessToken: () => null,
  };
  const away = new OracleProfiles(source);
  expect(await away.read(ORACLE)).toEqual({ name: undefined, picture: undefined });
  await away.read(ORACLE);
  expect(asked).toHaveLength(2);
  expect(await profiles.read(ORACLE)).toEqual({ name: undefined, picture: undefined });
});
