import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RoomServiceClient } from 'livekit-server-sdk';
import * as v from 'valibot';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startLiveKit } from '../../dev/livekit/livekit.ts';
import { groupIsAlive, processIsAlive } from '../../dev/process/process-group.ts';
import { startSynapse } from '../../dev/synapse/synapse.ts';

let stateDir = '';
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'stack-servers-'));
});
afterEach(() => rm(stateDir, { recursive: true, force: true }));

const loginSchema = v.object({ user_id: v.string(), access_token: v.string() });
const openIdSchema = v.object({ access_token: v.string() });

async function post(url: string, body: object, token?: string): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  });
  return await response.json();
}

const login = (baseUrl: string, user: string, password: string): Promise<unknown> =>
  post(`${baseUrl}/_matrix/client/v3/login`, {
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user },
    password,
  });

async function mode(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}

it('starts a Synapse whose users log in and prove who they are by OpenID, and leaves nothing when it stops', async () => {
  const synapse = await startSynapse({ stateDir });
  await synapse.registerUser('alice', 'a password');
  await expect(synapse.registerUser('alice', 'another')).rejects.toMatchObject({ code: 'ERR_DEV_ANSWER' });

  const alice = v.parse(loginSchema, await login(synapse.baseUrl, 'alice', 'a password'));
  expect(alice.user_id).toBe('@alice:localhost');
  const userPath = `/_matrix/client/v3/user/${encodeURIComponent(alice.user_id)}`;
  const openId = v.parse(
    openIdSchema,
    await post(`${synapse.baseUrl}${userPath}/openid/request_token`, {}, alice.access_token),
  );
  const userInfo = await fetch(
    `${synapse.baseUrl}/_matrix/federation/v1/openid/userinfo?access_token=${openId.access_token}`,
  );
  expect(await userInfo.json()).toEqual({ sub: '@alice:localhost' });
  // No federation, and nobody registers without the secret.
  expect((await fetch(`${synapse.baseUrl}/_matrix/federation/v1/version`)).status).toBe(404);
  expect(await post(`${synapse.baseUrl}/_matrix/client/v3/register`, {})).toMatchObject({ errcode: 'M_FORBIDDEN' });

  const { pid } = synapse;
  await synapse.close();
  await synapse.close();
  expect(processIsAlive(pid)).toBe(false);
  expect(groupIsAlive(pid)).toBe(false);
  await expect(fetch(synapse.baseUrl)).rejects.toThrow('fetch failed');
  expect(await readdir(join(stateDir, 'processes'))).toEqual([]);
});

it('continues the same homeserver in the same folder, also after SIGKILL', async () => {
  {
    await using synapse = await startSynapse({ stateDir });
    await synapse.registerUser('alice', 'a password');
    await synapse.restart({ signal: 'SIGKILL' });
    expect(await login(synapse.baseUrl, 'alice', 'a password')).toMatchObject({ user_id: '@alice:localhost' });
  }
  await using synapse = await startSynapse({ stateDir });
  expect(await login(synapse.baseUrl, 'alice', 'a password')).toMatchObject({ user_id: '@alice:localhost' });
});

it('keeps the homeserver’s secrets for its owner alone', async () => {
  await using synapse = await startSynapse({ stateDir });
  expect(synapse.serverName).toBe('localhost');
  expect(await mode(join(stateDir, 'synapse'))).toBe('700');
  for (const file of ['homeserver.yaml', 'signing.key', 'registration.secret']) {
    expect(await mode(join(stateDir, 'synapse', file))).toBe('600');
  }
});

it('starts a LiveKit that answers only to its own secret, restarts it on its port, and leaves nothing when it stops', async () => {
  const livekit = await startLiveKit({ stateDir });
  const rooms = new RoomServiceClient(livekit.apiUrl, livekit.apiKey, livekit.apiSecret);
  await rooms.createRoom({ name: 'a-room' });
  expect((await rooms.listRooms()).map(({ name }) => name)).toEqual(['a-room']);
  const stranger = new RoomServiceClient(livekit.apiUrl, livekit.apiKey, 'x'.repeat(43));
  await expect(stranger.listRooms()).rejects.toMatchObject({ status: 401 });
  expect(await readFile(livekit.apiSecretFile, 'utf8')).toBe(livekit.apiSecret);
  expect(await mode(livekit.apiSecretFile)).toBe('600');
  expect(await mode(join(stateDir, 'livekit', 'livekit.yaml'))).toBe('600');

  const before = livekit.pid;
  await livekit.restart({ signal: 'SIGKILL' });
  expect(processIsAlive(before)).toBe(false);
  expect(await rooms.listRooms()).toEqual([]);

  const { pid } = livekit;
  await livekit.close();
  await livekit.close();
  expect(groupIsAlive(pid)).toBe(false);
  await expect(fetch(livekit.apiUrl)).rejects.toThrow('fetch failed');
  expect(await readdir(join(stateDir, 'processes'))).toEqual([]);
});

it('runs two pairs of servers side by side', async () => {
  const otherDir = await mkdtemp(join(tmpdir(), 'stack-servers-'));
  try {
    await using first = await startLiveKit({ stateDir, port: 7880 });
    await using second = await startLiveKit({ stateDir: otherDir, port: 7880 });
    expect(second.port).not.toBe(first.port);
    expect(second.apiSecret).not.toBe(first.apiSecret);
    expect((await fetch(first.apiUrl)).ok && (await fetch(second.apiUrl)).ok).toBe(true);
  } finally {
    await rm(otherDir, { recursive: true, force: true });
  }
});

it('tells of a server that stops by itself', async () => {
  const told = Promise.withResolvers<unknown>();
  await using livekit = await startLiveKit({ stateDir, onUnexpectedExit: told.resolve });
  process.kill(livekit.pid, 'SIGKILL');
  expect(await told.promise).toMatchObject({ code: 'ERR_DEV_EXITED' });
});
