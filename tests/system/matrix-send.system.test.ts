import { systemClock } from '@oracle-calls/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startHomeserverProxy, type HomeserverProxy, type Interference } from './matrix/homeserver-proxy.ts';
import { CALL_TYPE, MatrixScene, newTransaction, type App } from './matrix/matrix-scene.ts';

let scene: MatrixScene;
beforeAll(async () => void (scene = await MatrixScene.open()));
afterAll(() => scene[Symbol.asyncDispose]());

const isSend = (path: string): boolean => path.includes('/send/m.room.encrypted/');

/** Interferes with the first requests that send an event. */
function interfereWithSends(proxy: HomeserverProxy, interferences: readonly Interference[]): void {
  const left = [...interferences];
  proxy.interfere = ({ path }) => (isSend(path) ? left.shift() : undefined);
}

async function aliceBehindProxy() {
  const oracle = await scene.person('oracle');
  // Makes its identity, and goes.
  await (await scene.openApp(oracle))[Symbol.asyncDispose]();
  const proxy = await startHomeserverProxy(scene.synapse.baseUrl);
  const alice: App = await scene.openApp(await scene.person('alice'), { baseUrl: proxy.baseUrl });
  const room = await alice.port.findOrCreateRoom(oracle.userId);
  const stack = new AsyncDisposableStack();
  stack.use(proxy);
  stack.use(alice);
  return { alice, oracle, proxy, room, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

it('sends once although the homeserver’s answers are lost', async () => {
  await using scene1 = await aliceBehindProxy();
  const { alice, oracle, proxy, room } = scene1;
  interfereWithSends(proxy, [{ kind: 'lose-answer' }, { kind: 'lose-answer' }]);
  const eventId = await alice.port.sendEvent(room, CALL_TYPE, { n: 1 }, newTransaction(oracle));
  const sends = proxy.seen.filter(({ path }) => isSend(path));
  expect(sends).toHaveLength(3);
  expect(new Set(sends.map(({ path }) => path)).size).toBe(1);
  await expect(scene.eventsOf(alice, room)).resolves.toEqual([eventId]);
});

it('sends once although a caller gives up and begins anew with the same transaction id', async () => {
  await using scene1 = await aliceBehindProxy();
  const { alice, oracle, proxy, room } = scene1;
  const options = newTransaction(oracle);
  interfereWithSends(proxy, [{ kind: 'lose-answer' }]);
  const reason = new Error('hung up');
  const controller = new AbortController();
  const givenUp = alice.port.sendEvent(room, CALL_TYPE, { n: 1 }, { ...options, signal: controller.signal });
  const refused = expect(givenUp).rejects.toBe(reason);
  while ((await scene.eventsOf(alice, room)).length === 0) await systemClock.sleep(20);
  controller.abort(reason);
  await refused;
  const eventId = await alice.port.sendEvent(room, CALL_TYPE, { n: 1 }, options);
  await expect(scene.eventsOf(alice, room)).resolves.toEqual([eventId]);
});

it('the twin with another transaction id for each attempt sends twice', async () => {
  await using scene1 = await aliceBehindProxy();
  const { alice, oracle, proxy, room } = scene1;
  interfereWithSends(proxy, [{ kind: 'lose-answer' }]);
  const controller = new AbortController();
  const lost = alice.port.sendEvent(
    room,
    CALL_TYPE,
    { n: 1 },
    { ...newTransaction(oracle), signal: controller.signal },
  );
  const refused = expect(lost).rejects.toThrow();
  while ((await scene.eventsOf(alice, room)).length === 0) await systemClock.sleep(20);
  controller.abort();
  await refused;
  await alice.port.sendEvent(room, CALL_TYPE, { n: 1 }, newTransaction(oracle));
  await expect(scene.eventsOf(alice, room)).resolves.toHaveLength(2);
});

it('waits for as long as the homeserver asks and then sends', async () => {
  await using scene1 = await aliceBehindProxy();
  const { alice, oracle, proxy, room } = scene1;
  interfereWithSends(proxy, [{ kind: 'rate-limit', retryAfterMs: 1_500 }]);
  const startedAt = systemClock.now();
  const eventId = await alice.port.sendEvent(room, CALL_TYPE, { n: 1 }, newTransaction(oracle));
  expect(systemClock.now() - startedAt).toBeGreaterThanOrEqual(1_500);
  await expect(scene.eventsOf(alice, room)).resolves.toEqual([eventId]);
});

it('does not repeat what the homeserver refuses', async () => {
  await using scene1 = await aliceBehindProxy();
  const { alice, oracle, proxy, room } = scene1;
  const content = { filling: 'x'.repeat(70_000) };
  await expect(alice.port.sendEvent(room, CALL_TYPE, content, newTransaction(oracle))).rejects.toMatchObject({
    code: 'ERR_MATRIX_ROOM',
    details: { httpStatus: 413 },
  });
  expect(proxy.seen.filter(({ path }) => isSend(path))).toHaveLength(1);
});

it('proves the account by an OpenID token that the homeserver confirms', async () => {
  await using alice = await scene.openApp(await scene.person('alice'));
  const token = await alice.port.requestOpenIdToken();
  expect(token.matrix_server_name).toBe('localhost');
  const url = `${scene.synapse.baseUrl}/_matrix/federation/v1/openid/userinfo?access_token=${token.access_token}`;
  await expect((await fetch(url)).json()).resolves.toEqual({ sub: alice.person.userId });
});
