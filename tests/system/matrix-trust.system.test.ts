/**
 * Who gets room keys, and from whom events are taken, on a real homeserver that adds devices, members and identities. For each
 * attack the comment names the one statement of `packages/matrix/src` without which it succeeds.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { MatrixAccountPort } from '@oracle-calls/matrix';
import { BearerSecret } from '@oracle-calls/protocol';
import { openMatrixAccount, type MatrixAccountOptions } from '@oracle-calls/matrix/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CALL_TYPE,
  Collected,
  joinWhenInvited,
  MatrixScene,
  newTransaction,
  until,
  type AccountOptions,
  type App,
  type Person,
} from './matrix/matrix-scene.ts';

let scene: MatrixScene;
beforeAll(async () => void (scene = await MatrixScene.open()));
afterAll(() => scene[Symbol.asyncDispose]());

/** Alice and the oracle in one room, joined, with the first event between them. */
async function openCall(options: AccountOptions = {}) {
  await using stack = new AsyncDisposableStack();
  const oracle = await scene.person('oracle');
  const account: MatrixAccountPort = stack.use(await scene.openAccount(oracle, options));
  const alice = stack.use(await scene.openApp(await scene.person('alice')));
  stack.use(joinWhenInvited(account));
  const oracleSees = stack.use(new Collected(account));
  const aliceSees = stack.use(new Collected(alice.port));
  const room = await alice.port.findOrCreateRoom(oracle.userId);
  await alice.port.prepareToSend(room, { peer: oracle.userId });
  const send = (n: unknown) => alice.port.sendEvent(room, CALL_TYPE, { n }, newTransaction(oracle));
  const answer = (n: unknown) => account.sendEvent(room, CALL_TYPE, { n }, newTransaction(alice.person));
  await oracleSees.until(await send('first'));
  const open = stack.move();
  return {
    oracle,
    account,
    alice,
    room,
    send,
    answer,
    oracleSees,
    aliceSees,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** Sends past our port, as the application's own chat does: to every device, signed or not. */
async function sendToAll({ client }: App, room: string, n: unknown): Promise<string> {
  await until(() => client.getRoom(room) ?? undefined, 'the room');
  const { event_id: eventId } = await client.sendEvent(room, CALL_TYPE as never, { n } as never);
  return eventId;
}

/** Whether a device can decrypt an event, once it has come. */
async function canRead({ client }: App, room: string, eventId: string): Promise<boolean> {
  const event = await until(() => client.getRoom(room)?.findEventById(eventId), `event ${eventId}`);
  await client.decryptEventIfNeeded(event);
  return !event.isDecryptionFailure();
}

/** Whether one device has the other in its list. */
async function knows({ client }: App, other: App): Promise<boolean> {
  const { userId } = other.person;
  const devices = await client.getCrypto()?.getUserDeviceInfo([userId]);
  return devices?.get(userId)?.has(other.client.getDeviceId() ?? '') ?? false;
}

describe('a device that the homeserver, or a thief of the password, adds', () => {
  // Twin: in js-sdk/room-encryptor.ts `{ kind: ONLY_SIGNED }` → `{ kind: 0, errorOnVerifiedUserProblems: false }`.
  it('of the oracle or of the user reads nothing that is sent after, though it reads what the application sends', async () => {
    await using call = await openCall();
    const { alice, oracle, room, send, answer, oracleSees, aliceSees } = call;
    await using ofOracle = await scene.openApp(oracle, { isSigned: false });
    await using ofAlice = await scene.openApp(alice.person, { isSigned: false });
    const ghosts = [ofOracle, ofAlice];
    for (const ghost of ghosts) await expect.poll(() => knows(alice, ghost), { timeout: 20_000 }).toBe(true);
    // The positive control, and an outgoing session that the ghosts have: it must not be used again.
    const chat = await sendToAll(alice, room, 'chat');
    for (const ghost of ghosts) await expect.poll(() => canRead(ghost, room, chat), { timeout: 20_000 }).toBe(true);

    const sent = [await send('call'), await send('edit')];
    const answered = await answer('answer');
    await aliceSees.until(answered);
    for (const eventId of sent) await oracleSees.until(eventId);
    const later = await sendToAll(alice, room, 'chat again');
    for (const ghost of ghosts) {
      // Sent last and readable, so the keys of the others are not merely late.
      await expect.poll(() => canRead(ghost, room, later), { timeout: 20_000 }).toBe(true);
      for (const eventId of [...sent, answered]) expect(await canRead(ghost, room, eventId)).toBe(false);
    }
  });

  // Twin: in js-sdk/open-event.ts `if (SIGNED_DEVICE_REASONS.has(reason)) return;` → `return;`.
  it('speaks for nobody: its events are neither delivered nor fetched', async () => {
    await using call = await openCall();
    const { alice, account, room, send, oracleSees } = call;
    await using ghost = await scene.openApp(alice.person, { isSigned: false });
    const forged = await sendToAll(ghost, room, 'forged');
    const last = await send('last');
    await oracleSees.until(last);
    expect(oracleSees.events.map(({ eventId }) => eventId)).not.toContain(forged);
    const { eventId: known } = await account.fetchEvent(room, (await oracleSees.until(last)).eventId);
    await expect(account.fetchEvent(room, forged as typeof known)).rejects.toMatchObject({ code: 'ERR_MATRIX_SENDER' });
  });

  it('speaks for its owner once they sign it, and what it said just before is not lost', async () => {
    await using call = await openCall();
    const { alice, account, room, oracleSees, send } = call;
    await using second = await scene.openApp(alice.person, { isSigned: false });
    const early = await sendToAll(second, room, 'before the signature');
    const last = await send('last');
    await oracleSees.until(last);
    expect(oracleSees.events.map(({ eventId }) => eventId)).not.toContain(early);
    await scene.sign(second);
    const delivered = await oracleSees.until(early);
    await expect(account.fetchEvent(room, delivered.eventId)).resolves.toMatchObject({ content: delivered.content });
  });

  it('is heard at once when it was signed just before it sends', { timeout: 120_000 }, async () => {
    await using call = await openCall();
    const { alice, oracle, room, oracleSees } = call;
    for (let count = 0; count < 5; count += 1) {
      await using fresh = await scene.openApp(alice.person, { isSigned: false });
      await until(() => fresh.client.getRoom(room) ?? undefined, 'the room');
      await scene.sign(fresh);
      const eventId = await fresh.port.sendEvent(room, CALL_TYPE, { count }, newTransaction(oracle));
      await expect(oracleSees.until(eventId, 5_000)).resolves.toMatchObject({ content: { count } });
    }
  });

  // No twin: without the check in `requireOwnDevice` of js-sdk/peer-trust.ts the crypto itself refuses, as `ERR_MATRIX_ROOM`.
  it('sends nothing itself', async () => {
    await using call = await openCall();
    const { alice, oracle, room } = call;
    await using ghost = await scene.openApp(alice.person, { isSigned: false });
    await until(() => ghost.client.getRoom(room) ?? undefined, 'the room');
    const sending = ghost.port.sendEvent(room, CALL_TYPE, { n: 1 }, newTransaction(oracle));
    await expect(sending).rejects.toMatchObject({ code: 'ERR_MATRIX_CROSS_SIGNING', details: { side: 'self' } });
  });
});

// Twin: in js-sdk/room-members.ts `if (hasExactly(room, own, peer)) return;` → `return;`.
it('a member who is added to the room stops everything, reads nothing, and it goes on once they are gone', async () => {
  await using call = await openCall();
  const { alice, account, oracle, room, send, answer, oracleSees, aliceSees } = call;
  await using mallory = await scene.openApp(await scene.person('mallory'));
  const before = await scene.eventsOf(alice, room);
  const member = (app: App) => app.client.getRoom(room)?.getMember(mallory.person.userId)?.membership;
  const path = `/rooms/${encodeURIComponent(room)}`;
  await scene.api('POST', `${path}/invite`, { body: { user_id: mallory.person.userId }, token: alice.accessToken });
  await until(() => member(alice) === 'invite' || undefined, 'the invitation');
  const refusal = { code: 'ERR_MATRIX_MEMBERS', details: { members: 3 } };
  await expect(send('to an invited third')).rejects.toMatchObject(refusal);
  await mallory.client.joinRoom(room);
  await until(() => member(alice) === 'join' || undefined, 'the join');
  await expect(send('to a joined third')).rejects.toMatchObject(refusal);
  await expect(alice.port.prepareToSend(room, { peer: oracle.userId })).rejects.toMatchObject(refusal);
  await expect.poll(() => answer('by the oracle').catch((error: unknown) => error)).toMatchObject(refusal);
  expect(await scene.eventsOf(alice, room)).toEqual(before);

  await mallory.client.leave(room);
  await until(() => member(alice) === 'leave' || undefined, 'the leave');
  const after = await send('to the two');
  await oracleSees.until(after);
  await expect
    .poll(() => answer('again').then((eventId) => aliceSees.until(eventId)))
    .toMatchObject({
      content: { n: 'again' },
    });
  const raw = await alice.client.fetchRoomEvent(room, after);
  const event = mallory.client.getEventMapper({ decrypt: false })(raw);
  await mallory.client.decryptEventIfNeeded(event);
  expect(event.isDecryptionFailure()).toBe(true);
  expect(account.isSyncing()).toBe(true);
});

it('nothing is sent to somebody without cross-signing', async () => {
  await using alice = await scene.openApp(await scene.person('alice'));
  await using bob = await scene.openApp(await scene.person('bob'), { isSigned: false });
  const room = await alice.port.findOrCreateRoom(bob.person.userId);
  await bob.client.joinRoom(room);
  const refusal = { code: 'ERR_MATRIX_CROSS_SIGNING', details: { side: 'peer' } };
  await expect(alice.port.sendEvent(room, CALL_TYPE, {}, newTransaction(bob.person))).rejects.toMatchObject(refusal);
  expect(await scene.eventsOf(alice, room)).toEqual([]);
});

// Twin: in js-sdk/peer-trust.ts `if (!isChanged) return;` → `return;`.
describe('an identity that replaces another', () => {
  it('gets nothing from the other end and is not heard, until a person approves it', async () => {
    await using call = await openCall();
    const { alice, account, room, send, answer, oracleSees, aliceSees } = call;
    await scene.replaceIdentity(alice);
    await expect
      .poll(() => answer('to whom').catch((error: unknown) => error), { timeout: 20_000 })
      .toMatchObject({ code: 'ERR_MATRIX_IDENTITY_CHANGED' });
    const waiting = await send('from whom');
    await expect(account.fetchEvent(room, waiting)).rejects.toMatchObject({ code: 'ERR_MATRIX_IDENTITY_CHANGED' });
    expect(oracleSees.events.map(({ eventId }) => eventId)).not.toContain(waiting);

    await account.approveChangedIdentity(alice.person.userId);
    await oracleSees.until(waiting);
    await aliceSees.until(await answer('to alice'));
  });

  it('goes on by itself where the account knows people by something else', async () => {
    await using call = await openCall({ changedIdentities: 'follow' });
    const { alice, send, answer, oracleSees, aliceSees } = call;
    await scene.replaceIdentity(alice);
    await oracleSees.until(await send('from alice'));
    await aliceSees.until(await answer('to alice'));
  });
});

describe('the oracle’s own identity', () => {
  const open = (person: Person, more: Partial<MatrixAccountOptions> = {}) =>
    openMatrixAccount({
      homeserverUrl: scene.synapse.baseUrl,
      userId: person.userId,
      password: new BearerSecret(person.password, 'test password'),
      storeDir: scene.storeDir(person),
      ...more,
    });

  /** Loses the store; what else is in its folder stays. */
  async function loseStore(person: Person): Promise<void> {
    for (const name of ['session.json', 'crypto.sqlite']) await rm(join(scene.storeDir(person), name));
  }

  it('survives the loss of its store by the recovery key: callers go on without a warning', async () => {
    const oracle = await scene.person('oracle');
    await using alice = await scene.openApp(await scene.person('alice'));
    const first = await open(oracle);
    const joining = joinWhenInvited(first);
    const room = await alice.port.findOrCreateRoom(oracle.userId);
    await alice.port.prepareToSend(room, { peer: oracle.userId });
    joining[Symbol.dispose]();
    await first.close();
    await loseStore(oracle);

    await using second = await open(oracle);
    using seen = new Collected(second);
    using aliceSees = new Collected(alice.port);
    await seen.until(await alice.port.sendEvent(room, CALL_TYPE, { n: 1 }, newTransaction(oracle)));
    await aliceSees.until(await second.sendEvent(room, CALL_TYPE, { n: 2 }, newTransaction(alice.person)));
  });

  it('is not replaced when both are lost, unless the operator says so; callers must approve the new one', async () => {
    const oracle = await scene.person('oracle');
    await using alice = await scene.openApp(await scene.person('alice'));
    const first = await open(oracle);
    const joining = joinWhenInvited(first);
    const room = await alice.port.findOrCreateRoom(oracle.userId);
    await alice.port.prepareToSend(room, { peer: oracle.userId });
    joining[Symbol.dispose]();
    await first.close();
    await loseStore(oracle);
    await rm(join(scene.storeDir(oracle), 'recovery.key'));
    await expect(open(oracle)).rejects.toMatchObject({ code: 'ERR_MATRIX_CROSS_SIGNING', details: { side: 'self' } });

    await using second = await open(oracle, { lostIdentity: 'reset' });
    const send = () => alice.port.sendEvent(room, CALL_TYPE, { n: 1 }, newTransaction(oracle));
    await expect
      .poll(() => send().catch((error: unknown) => error), { timeout: 20_000 })
      .toMatchObject({
        code: 'ERR_MATRIX_IDENTITY_CHANGED',
      });
    await alice.port.approveChangedIdentity(oracle.userId);
    using seen = new Collected(second);
    await seen.until(await send());
  });

  it('refuses a recovery key that is not the account’s', async () => {
    const [oracle, other] = [await scene.person('oracle'), await scene.person('other')];
    await (await open(oracle)).close();
    await (await open(other)).close();
    await loseStore(oracle);
    const recoveryKeyFile = join(scene.storeDir(other), 'recovery.key');
    await expect(open(oracle, { recoveryKeyFile })).rejects.toMatchObject({ code: 'ERR_MATRIX_RECOVERY_KEY' });
  });
});
