/** Cross-signing as a person meets it at the page: real Chromium, real homeserver, an account that nobody has prepared. */
import * as v from 'valibot';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  enter,
  enterKey,
  keep,
  keepKey,
  PATIENCE,
  shownKey,
  signIn as signInAt,
  startPageScene,
  untilSignedIn,
  type PageScene,
  type Somebody,
} from './page/page-scene.ts';

let scene: PageScene;

beforeAll(async () => void (scene = await startPageScene()));
afterAll(() => scene?.[Symbol.asyncDispose]());

const somebody = (): Promise<Somebody> => scene.somebody();
const signIn = (person: Somebody) => signInAt(scene, person);

const keysSchema = v.object({
  device_keys: v.record(
    v.string(),
    v.record(v.string(), v.object({ signatures: v.record(v.string(), v.record(v.string(), v.string())) })),
  ),
  self_signing_keys: v.record(v.string(), v.object({ keys: v.record(v.string(), v.string()) })),
});

/** How many of somebody's devices their identity has signed, as the homeserver tells everybody. */
async function signedDevices({ userId, password }: Somebody): Promise<number> {
  const ask = async (method: string, path: string, body: object, token?: string): Promise<unknown> => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const url = `${scene.synapse.baseUrl}/_matrix/client/v3${path}`;
    return (await fetch(url, { method, headers, body: JSON.stringify(body) })).json();
  };
  const identifier = { type: 'm.id.user', user: userId };
  const login = await ask('POST', '/login', { type: 'm.login.password', identifier, password });
  const { access_token: token } = v.parse(v.object({ access_token: v.string() }), login);
  const answer = v.parse(keysSchema, await ask('POST', '/keys/query', { device_keys: { [userId]: [] } }, token));
  const [signer = ''] = Object.keys(answer.self_signing_keys[userId]?.keys ?? {});
  const devices = Object.values(answer.device_keys[userId] ?? {});
  return devices.filter(({ signatures }) => signatures[userId]?.[signer] !== undefined).length;
}

test('a first sign-in makes an identity and shows its recovery key once; a second device enters it', async () => {
  const carol = await somebody();
  await using first = await signIn(carol);
  const recoveryKey = await keep(first);
  expect(recoveryKey).toMatch(/^(\w{4} ){11}\w{4}$/);
  expect(await signedDevices(carol)).toBe(1);
  await first.reload();
  await untilSignedIn(first);
  expect(await first.content()).not.toContain(recoveryKey);

  await using second = await signIn(carol);
  await enter(second, 'EsTc 1234');
  await second.getByText('That recovery key does not belong to this account.').waitFor(PATIENCE);
  expect(await signedDevices(carol)).toBe(1);
  await enter(second, recoveryKey);
  await untilSignedIn(second);
  expect(await signedDevices(carol)).toBe(2);
});

test('a recovery key that was not said to be kept is replaced by another after a reload', async () => {
  const carol = await somebody();
  await using first = await signIn(carol);
  await keepKey(first).waitFor(PATIENCE);
  const unkept = await shownKey(first).textContent();
  await first.reload();
  const kept = await keep(first);
  expect(kept).not.toBe(unkept);
  await using second = await signIn(carol);
  await enter(second, kept);
  await untilSignedIn(second);
});

test('who has lost the recovery key resets the identity behind a warning, with the password', async () => {
  const carol = await somebody();
  await using first = await signIn(carol);
  await keep(first);
  await using second = await signIn(carol);
  await enterKey(second).waitFor(PATIENCE);
  await second.getByText('I have lost my recovery key').click();
  await second.getByText('everybody you write with is warned').waitFor(PATIENCE);
  await second.getByLabel('Password').fill('wrong');
  await second.getByRole('button', { name: 'Reset my identity' }).click();
  await second.getByText('The homeserver did not accept the password.').waitFor(PATIENCE);
  await second.getByLabel('Password').fill(carol.password);
  await second.getByRole('button', { name: 'Reset my identity' }).click();
  const recoveryKey = await keep(second);
  expect(await signedDevices(carol)).toBe(1);
  // The first device is not of the new identity, and says so.
  await first.reload();
  await enter(first, recoveryKey);
  await untilSignedIn(first);
  expect(await signedDevices(carol)).toBe(2);
});
