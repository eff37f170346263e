import { randomUUID } from 'node:crypto';
import { silentLogger, type Logger } from '@oracle-calls/protocol';
import { EventType } from 'matrix-js-sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startHomeserverProxy } from './matrix/homeserver-proxy.ts';
import {
  CALL_TYPE,
  Collected,
  joinWhenInvited,
  MatrixScene,
  newTransaction,
  roomOf,
  until,
} from './matrix/matrix-scene.ts';

let scene: MatrixScene;
beforeAll(async () => void (scene = await MatrixScene.open()));
afterAll(() => scene[Symbol.asyncDispose]());

const edit = (eventId: string, content: object): object => ({
  ...content,
  'm.new_content': content,
  'm.relates_to': { rel_type: 'm.replace', event_id: eventId },
});

it('delivers an encrypted event and its edits each as sent, once, and gives the original when asked', async () => {
  const oracle = await scene.person('oracle');
  await using account = await scene.openAccount(oracle);
  await using alice = await scene.openApp(await scene.person('alice'));
  using _joining = joinWhenInvited(account);
  using seen = new Collected(account);
  const room = await alice.port.findOrCreateRoom(oracle.userId);
  await alice.port.prepareToSend(room, { peer: oracle.userId });
  const first = await alice.port.sendEvent(room, CALL_TYPE, { callStatus: 'pending' }, newTransaction(oracle));
  const second = await alice.port.sendEvent(
    room,
    CALL_TYPE,
    edit(first, { callStatus: 'ended' }),
    newTransaction(oracle),
  );

  const edited = await seen.until(second);
  expect(edited.content).toMatchObject(edit(first, { callStatus: 'ended' }));
  expect(edited.relation).toEqual({ relType: 'm.replace', eventId: first });
  expect(edited.sender.userId).toBe(alice.person.userId);
  const original = await seen.until(first);
  expect(original.content).toEqual({ callStatus: 'pending' });
  const keys = await alice.client.getCrypto()?.getOwnDeviceKeys();
  expect(original.sender.deviceKey).toBe(keys?.curve25519);
  expect(seen.events.map(({ eventId }) => eventId)).toEqual([first, second]);

  for (const port of [account, alice.port]) {
    await expect(port.fetchEvent(room, first)).resolves.toMatchObject({ content: { callStatus: 'pending' } });
  }
  const answer = { callStatus: 'active', 'm.relates_to': { rel_type: 'm.reference', event_id: first } };
  using aliceSees = new Collected(alice.port);
  const third = await account.sendEvent(room, CALL_TYPE, answer, newTransaction(alice.person));
  await expect(aliceSees.until(third)).resolves.toMatchObject({
    sender: { userId: oracle.userId },
    relation: { relType: 'm.reference', eventId: first },
  });
  const relations = await account.fetchRelations(room, first);
  expect(relations.map(({ eventId }) => eventId)).toEqual([second, third]);
  expect(relations[0]?.content).toMatchObject({ 'm.new_content': { callStatus: 'ended' } });
});

it('gives one encrypted room to everybody who asks for the same peer, now and later, and another after the peer has left', async () => {
  const oracle = await scene.person('oracle');
  await using account = await scene.openAccount(oracle);
  await using alice = await scene.openApp(await scene.person('alice'));
  using _joining = joinWhenInvited(account);
  const [one, two] = await Promise.all([
    alice.port.findOrCreateRoom(oracle.userId),
    alice.port.findOrCreateRoom(oracle.userId),
  ]);
  expect(one).toBe(two);
  const membership = (room: string): string | undefined =>
    alice.client.getRoom(room)?.getMember(oracle.userId)?.membership;
  await until(() => membership(one) === 'join' || undefined, 'the join');
  await expect(alice.port.findOrCreateRoom(oracle.userId)).resolves.toBe(one);
  await expect(alice.client.getCrypto()?.isEncryptionEnabledInRoom(one)).resolves.toBe(true);
  const direct = (): unknown =>
    Reflect.get(alice.client.getAccountData(EventType.Direct)?.getContent() ?? {}, oracle.userId);
  await until(() => direct() ?? undefined, 'm.direct');
  expect(direct()).toEqual([one]);

  await account.leaveRoom(one);
  await until(() => membership(one) === 'leave' || undefined, 'the leave');
  await expect(alice.port.findOrCreateRoom(oracle.userId)).resolves.not.toBe(one);
});

it('never delivers a plaintext event or a plaintext edit, and refuses to fetch one', async () => {
  const oracle = await scene.person('oracle');
  await using account = await scene.openAccount(oracle);
  await using alice = await scene.openApp(await scene.person('alice'));
  using _joining = joinWhenInvited(account);
  using seen = new Collected(account);
  const room = await alice.port.findOrCreateRoom(oracle.userId);
  const real = await alice.port.sendEvent(room, CALL_TYPE, { n: 1 }, newTransaction(oracle));
  const plain = async (content: object): Promise<string> => {
    const path = `/rooms/${encodeURIComponent(room)}/send/${CALL_TYPE}/${randomUUID()}`;
    const answer = await scene.api('PUT', path, { body: content, token: alice.accessToken });
    return String(Reflect.get(Object(answer), 'event_id'));
  };
  const forged = await plain({ n: 2 });
  const forgedEdit = await plain(edit(real, { n: 3 }));
  const last = await alice.port.sendEvent(room, CALL_TYPE, { n: 4 }, newTransaction(oracle));
  await seen.until(last);
  expect(seen.events.map(({ eventId }) => eventId)).toEqual([real, last]);

  for (const eventId of [forged, forgedEdit]) {
    const { eventId: known } = await account.fetchEvent(room, last);
    await expect(account.fetchEvent(room, eventId as typeof known)).rejects.toMatchObject({
      code: 'ERR_MATRIX_NOT_ENCRYPTED',
    });
  }
  await expect(account.fetchRelations(room, real)).resolves.toEqual([]);
  await expect(account.fetchEvent(room, real)).resolves.toMatchObject({ content: { n: 1 } });
});

it('decrypts what was sent between the invitation and a join that came later', async () => {
  const oracle = await scene.person('oracle');
  await using account = await scene.openAccount(oracle);
  await using alice = await scene.openApp(await scene.person('alice'));
  using seen = new Collected(account);
  const room = await alice.port.findOrCreateRoom(oracle.userId);
  const early = await alice.port.sendEvent(room, CALL_TYPE, { n: 'early' }, newTransaction(oracle));
  const invites: unknown[] = [];
  using _joining = account.observeInvites((invite) => {
    invites.push(invite);
    void account.joinRoom(invite.matrixRoomId).catch(() => undefined);
  });
  await expect(seen.until(early)).resolves.toMatchObject({ content: { n: 'early' } });
  expect(invites).toEqual([{ matrixRoomId: room, inviter: alice.person.userId, isEncrypted: true, isDirect: true }]);
});

it('does not send into rooms that are not encrypted', async () => {
  const oracle = await scene.person('oracle');
  await using alice = await scene.openApp(await scene.person('alice'));
  const room = roomOf(
    await scene.api('POST', '/createRoom', { body: { preset: 'private_chat' }, token: alice.accessToken }),
  );
  await until(() => alice.client.getRoom(room) ?? undefined, 'the room');
  await expect(alice.port.sendEvent(room, CALL_TYPE, { n: 1 }, newTransaction(oracle))).rejects.toMatchObject({
    code: 'ERR_MATRIX_ROOM',
  });
});

it('drops an event of which a lying homeserver changed the sender; the twin without the lie arrives', async () => {
  for (const isLying of [true, false]) {
    const oracle = await scene.person('oracle');
    const mallory = await scene.person('mallory');
    await using proxy = await startHomeserverProxy(scene.synapse.baseUrl);
    const refusals: unknown[] = [];
    const logger: Logger = { ...silentLogger, warn: (_message, fields) => refusals.push(fields?.['code']) };
    await using account = await scene.openAccount(oracle, { baseUrl: proxy.baseUrl, logger });
    await using alice = await scene.openApp(await scene.person('alice'));
    using _joining = joinWhenInvited(account);
    using seen = new Collected(account);
    const room = await alice.port.findOrCreateRoom(oracle.userId);
    await until(() => alice.client.getRoom(room)?.getMember(oracle.userId)?.membership === 'join' || undefined, 'join');
    let lies = 0;
    proxy.interfere = ({ path }) => {
      if (!isLying || !path.startsWith('/_matrix/client/v3/sync')) return undefined;
      return {
        kind: 'rewrite',
        // Once: a long poll that began while the proxy lied may bring a later event as well.
        rewrite: (body) => {
          const changed = lies === 0 ? forgeSender(body, alice.person.userId, mallory.userId) : body;
          if (changed !== body) lies += 1;
          return changed;
        },
      };
    };
    const forged = await alice.port.sendEvent(room, CALL_TYPE, { n: 1 }, newTransaction(oracle));
    if (isLying) await until(() => lies > 0 || undefined, 'the lie');
    else await seen.until(forged);
    const last = await alice.port.sendEvent(room, CALL_TYPE, { n: 2 }, newTransaction(oracle));
    await seen.until(last);
    expect(seen.events.map(({ eventId }) => eventId)).toEqual(isLying ? [last] : [forged, last]);
    expect(refusals).toEqual(isLying ? ['ERR_MATRIX_SENDER'] : []);
  }
});

/** Gives another sender to every encrypted event in the timelines of a sync, and touches nothing else. */
function forgeSender(body: string, from: string, to: string): string {
  const sync: unknown = JSON.parse(body);
  const rooms = Object.values(at(sync, 'rooms', 'join') ?? {});
  const events = rooms.flatMap((room: unknown) => {
    const timeline = at(room, 'timeline', 'events');
    return Array.isArray(timeline) ? (timeline as unknown[]) : [];
  });
  const encrypted = events.filter(
    (event): event is { sender: string } => at(event, 'type') === 'm.room.encrypted' && at(event, 'sender') === from,
  );
  for (const event of encrypted) event.sender = to;
  return encrypted.length === 0 ? body : JSON.stringify(sync);
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (found, name) => (typeof found === 'object' && found !== null ? Reflect.get(found, name) : undefined),
    value,
  );
}
