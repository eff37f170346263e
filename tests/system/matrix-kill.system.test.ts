import { randomInt, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { systemClock } from '@oracle-calls/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { KillableAccount } from './matrix/killable-account.ts';
import { CALL_TYPE, Collected, MatrixScene, newTransaction, until, type Person } from './matrix/matrix-scene.ts';

let scene: MatrixScene;
beforeAll(async () => void (scene = await MatrixScene.open()));
afterAll(() => scene[Symbol.asyncDispose]());

/** A round takes about six seconds; `MATRIX_KILL_ROUNDS` sets another number. */
const ROUNDS = Number(process.env['MATRIX_KILL_ROUNDS'] ?? (process.env['NIGHTLY'] === '1' ? 60 : 5));
const ROUND_MS = 30_000;

async function deviceOf(person: Person): Promise<unknown> {
  return Reflect.get(JSON.parse(await readFile(`${scene.storeDir(person)}/session.json`, 'utf8')), 'deviceId');
}

it(
  `is the same device after ${ROUNDS} kills in the midst of its work, and decrypts every earlier and new event`,
  { timeout: 60_000 + ROUNDS * ROUND_MS },
  async () => {
    const oracle = await scene.person('oracle');
    await using alice = await scene.openApp(await scene.person('alice'));
    using aliceSees = new Collected(alice.port);
    let account = new KillableAccount(scene, oracle);
    await using stack = new AsyncDisposableStack();
    stack.defer(() => account[Symbol.asyncDispose]());
    await account.said('open');
    const device = await deviceOf(oracle);
    const room = await alice.port.findOrCreateRoom(oracle.userId);
    const joined = (): true | undefined =>
      alice.client.getRoom(room)?.getMember(oracle.userId)?.membership === 'join' || undefined;
    await until(joined, 'the join');

    const sent: string[] = [];
    /** A new room key for each event, so that each kill may hit the storing of one. */
    const send = async (): Promise<string> => {
      await alice.client.getCrypto()?.forceDiscardSession(room);
      const eventId = await alice.port.sendEvent(room, CALL_TYPE, { n: sent.length }, newTransaction(oracle));
      sent.push(eventId);
      return eventId;
    };
    const firstEvent = await send();
    await until(() => account.hasSeen(firstEvent) || undefined, 'the first event');

    for (let round = 1; round <= ROUNDS; round += 1) {
      let isKilled = false;
      const dying = account;
      const killing = systemClock.sleep(randomInt(50, 550)).then(async () => {
        await dying.kill();
        isKilled = true;
      });
      if (round % 2 === 0)
        dying.tell({ do: 'send', room, n: `lost ${round}`, transactionId: randomUUID(), peer: alice.person.userId });
      while (!isKilled) await send();
      await killing;
      for (let count = 0; count < 3; count += 1) await send();

      account = new KillableAccount(scene, oracle);
      await account.said('open');
      const fresh = await send();
      await until(() => account.hasSeen(fresh) || undefined, `a new event after kill ${round}`);
      const { failed } = await account.ask({ do: 'fetch', room, eventIds: sent }, 'fetched');
      expect(failed, `events after kill ${round}`).toEqual([]);
      // What nobody fetched must come as well: everything sent while the account was dead.
      for (const eventId of sent.slice(-4)) expect(account.hasSeen(eventId)).toBe(true);
      const answer = { do: 'send', room, n: `answer ${round}`, transactionId: randomUUID(), peer: alice.person.userId };
      const { eventId } = await account.ask(answer, 'sent');
      await expect(aliceSees.until(eventId)).resolves.toMatchObject({
        content: { n: `answer ${round}` },
        sender: { userId: oracle.userId },
      });
      await expect(deviceOf(oracle)).resolves.toBe(device);
    }
    const senders = new Set(
      aliceSees.events.filter((e) => e.sender.userId === oracle.userId).map((e) => e.sender.deviceKey),
    );
    expect(senders.size).toBe(1);
  },
);

it('a second process on the same store is refused, and the first one goes on', async () => {
  const oracle = await scene.person('oracle');
  await using first = new KillableAccount(scene, oracle);
  await first.said('open');
  await using second = new KillableAccount(scene, oracle);
  await expect(second.said('refused')).resolves.toEqual({ said: 'refused', code: 'ERR_MATRIX_STORE_IN_USE' });
  await using alice = await scene.openApp(await scene.person('alice'));
  const room = await alice.port.findOrCreateRoom(oracle.userId);
  const eventId = await alice.port.sendEvent(room, CALL_TYPE, { n: 1 }, newTransaction(oracle));
  await until(() => first.hasSeen(eventId) || undefined, 'the event');
});
