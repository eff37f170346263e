import { expect, test } from 'vitest';
import type { DecryptedEvent } from '../matrix-port.ts';
import { fakeContext, MALLORY, ORACLE, ROOM } from './context.fixture.ts';
import { EventFeed, HELD_EVENTS_MAX } from './event-feed.ts';
import { FakeSdkEvent, type FakeEventFacts } from './fake-sdk-client.fixture.ts';

const TYPE = 'm.ixo.oracles_call';
const facts = (id: string, more: Partial<FakeEventFacts> = {}): FakeEventFacts => ({
  id,
  room: ROOM,
  sender: ORACLE,
  clear: { type: TYPE, content: { id } },
  ...more,
});

function feedWith({ isHolding = false } = {}) {
  const context = fakeContext();
  const feed = new EventFeed({ ...context, isHolding });
  const seen: DecryptedEvent[] = [];
  return { ...context, feed, seen, note: (event: DecryptedEvent): void => void seen.push(event) };
}

test('an encrypted event is delivered with the sender whose device encrypted it', async () => {
  const { client, clock, feed, seen, note } = feedWith();
  using _observing = feed.observe(note);
  client.receive(facts('$one', { at: 5 }));
  await clock.settle();
  expect(seen).toEqual([
    {
      eventId: '$one',
      matrixRoomId: ROOM,
      type: TYPE,
      sender: { userId: ORACLE, deviceKey: 'curve25519-key' },
      content: { id: '$one' },
      relation: undefined,
      originServerAt: 5,
    },
  ]);
});

test('an edit is delivered as it was sent, with the relation that stands outside the ciphertext', async () => {
  const { client, clock, feed, seen, note } = feedWith();
  using _observing = feed.observe(note);
  const content = { 'm.new_content': { n: 2 } };
  const wire = { 'm.relates_to': { rel_type: 'm.replace', event_id: '$one' } };
  client.receive(facts('$edit', { clear: { type: TYPE, content }, wire }));
  await clock.settle();
  expect(seen).toMatchObject([{ content, relation: { relType: 'm.replace', eventId: '$one' } }]);
});

test('plaintext events, state and local echoes are never delivered', async () => {
  const { client, clock, feed, seen, note } = feedWith();
  using _observing = feed.observe(note);
  client.receive(facts('$plain', { type: TYPE, wire: { n: 1 } }));
  client.receive(facts('$state', { state: true }));
  const echo = new FakeSdkEvent(facts('$echo'));
  echo.status = 'sending';
  client.emit('event', echo);
  await clock.settle();
  expect(seen).toEqual([]);
});

test('an event of which the key comes late is delivered then, and once', async () => {
  const { client, clock, feed, seen, note } = feedWith();
  using _observing = feed.observe(note);
  const { clear, ...keyless } = facts('$late');
  const event = client.receive(keyless);
  await clock.settle();
  expect(seen).toEqual([]);
  event.secret = clear;
  event.clear = clear;
  event.isFailed = false;
  client.emit('Event.decrypted', event);
  client.emit('Event.decrypted', event);
  await clock.settle();
  expect(seen.map(({ eventId }) => eventId)).toEqual(['$late']);
});

test('each event reaches each observer once, however often the sync brings it', async () => {
  const { client, clock, feed, seen, note } = feedWith();
  using _first = feed.observe(note);
  using _second = feed.observe(note);
  client.receive(facts('$one'));
  client.receive(facts('$one'));
  await clock.settle();
  client.receive(facts('$one'));
  await clock.settle();
  expect(seen.map(({ eventId }) => eventId)).toEqual(['$one', '$one']);
});

test('the decryption of an event that the sync did not bring is not an arrival', async () => {
  const { client, clock, feed, seen, note } = feedWith();
  const early = client.receive(facts('$early'));
  using _observing = feed.observe(note);
  client.emit('Event.decrypted', early);
  await clock.settle();
  expect(seen).toEqual([]);
});

test('events of a room come in their order although opening them takes different times', async () => {
  const { client, clock, feed, seen, note } = feedWith();
  using _observing = feed.observe(note);
  const held = Promise.withResolvers<void>();
  const decrypt = client.decryptEventIfNeeded.bind(client);
  client.decryptEventIfNeeded = async (event) => {
    if (event.getId() === '$slow') await held.promise;
    await decrypt(event);
  };
  client.receive(facts('$slow'));
  client.receive(facts('$quick'));
  client.receive(facts('$elsewhere', { room: '!other:localhost' }));
  await clock.settle();
  expect(seen.map(({ eventId }) => eventId)).toEqual(['$elsewhere']);
  held.resolve();
  await clock.settle();
  expect(seen.map(({ eventId }) => eventId)).toEqual(['$elsewhere', '$slow', '$quick']);
});

test.each([
  ['an unknown reason', 0],
  ['a key of uncertain origin', 4],
  ['no encryption on the way', 6],
  ['a broken verification', 7],
  ['a device of somebody else', 8],
  ['a reason that later versions may know', 99],
])('an event with %s is dropped', async (_name, shield) => {
  const { client, clock, feed, seen, note } = feedWith();
  using _observing = feed.observe(note);
  client.shields.set('$forged', shield);
  client.receive(facts('$forged', { sender: MALLORY }));
  await clock.settle();
  expect(seen).toEqual([]);
});

test('a refusal is decided and logged once, without the event’s content', async () => {
  const warnings: unknown[] = [];
  const context = fakeContext();
  const logger = { ...context.logger, warn: (...line: unknown[]): void => void warnings.push(line) };
  const feed = new EventFeed({ ...context, logger, isHolding: false });
  using _observing = feed.observe(() => expect.unreachable());
  context.client.shields.set('$forged', 8);
  const event = context.client.receive(facts('$forged'));
  context.client.emit('Event.decrypted', event);
  await context.clock.settle();
  expect(warnings).toEqual([['matrix event refused', { code: 'ERR_MATRIX_SENDER', 'pii.eventId': '$forged' }]]);
});

test('a device that nobody compared is still its owner’s', async () => {
  const { client, clock, feed, seen, note } = feedWith();
  using _observing = feed.observe(note);
  client.shields.set('$one', 1);
  client.receive(facts('$one'));
  await clock.settle();
  expect(seen).toHaveLength(1);
});

test('an event of an unsigned device is held for a bounded time, and then refused for good', async () => {
  const { client, clock, feed, seen, note } = feedWith();
  using _observing = feed.observe(note);
  client.shields.set('$ghost', 2);
  const event = client.receive(facts('$ghost'));
  await clock.settle();
  expect(clock.pendingTimers).toBe(1);
  client.emit('crypto.devicesUpdated', [ORACLE]);
  await clock.settle();
  expect(clock.pendingTimers).toBe(1);
  await clock.advance(60_000);
  expect(clock.pendingTimers).toBe(0);
  client.shields.delete('$ghost');
  client.emit('crypto.devicesUpdated', [ORACLE]);
  client.emit('Event.decrypted', event);
  await clock.settle();
  expect(seen).toEqual([]);
});

test('a signature that arrives after the event does not lose it, nor the order of the room', async () => {
  const { client, clock, feed, seen, note } = feedWith();
  using _observing = feed.observe(note);
  for (const id of ['$first', '$edit']) {
    client.shields.set(id, 2);
    client.receive(facts(id));
  }
  await clock.settle();
  expect(seen).toEqual([]);
  client.shields.clear();
  client.emit('crypto.devicesUpdated', [ORACLE]);
  await clock.settle();
  expect(seen.map(({ eventId }) => eventId)).toEqual(['$first', '$edit']);
  expect(clock.pendingTimers).toBe(0);
});

test('what comes under a changed identity waits until that is approved, or goes on where the account follows', async () => {
  const refusing = feedWith();
  using _observing = refusing.feed.observe(refusing.note);
  refusing.client.changedIdentities.add(ORACLE);
  refusing.client.receive(facts('$changed'));
  await refusing.clock.settle();
  expect(refusing.seen).toEqual([]);
  await refusing.client.crypto.pinCurrentUserIdentity(ORACLE);
  await refusing.clock.settle();
  expect(refusing.seen.map(({ eventId }) => eventId)).toEqual(['$changed']);

  const context = fakeContext();
  const seen: string[] = [];
  const following = new EventFeed({ ...context, changedIdentities: 'follow', isHolding: false });
  using _following = following.observe(({ eventId }) => seen.push(eventId));
  context.client.changedIdentities.add(ORACLE);
  context.client.receive(facts('$changed'));
  await context.clock.settle();
  expect(seen).toEqual(['$changed']);
  expect(context.client.changedIdentities.size).toBe(0);
});

test('an event of an unknown device waits for the device list, and comes once the list names it', async () => {
  const { client, clock, feed, seen, note } = feedWith();
  using _observing = feed.observe(note);
  client.shields.set('$first', 3);
  client.receive(facts('$first'));
  await clock.settle();
  expect(seen).toEqual([]);
  expect(client.deviceLookups).toEqual([ORACLE]);
  client.shields.delete('$first');
  client.emit('crypto.devicesUpdated', [MALLORY]);
  await clock.settle();
  expect(seen).toEqual([]);
  client.emit('crypto.devicesUpdated', [ORACLE]);
  await clock.settle();
  expect(seen.map(({ eventId }) => eventId)).toEqual(['$first']);
});

test('a listener that throws keeps the event from nobody', async () => {
  const { client, clock, feed, seen, note } = feedWith();
  using _bad = feed.observe(() => {
    throw new Error('bug');
  });
  using _good = feed.observe(note);
  client.receive(facts('$one'));
  await clock.settle();
  expect(seen).toHaveLength(1);
});

test('the client is listened to only while somebody observes', async () => {
  const { client, clock, feed, seen, note } = feedWith();
  expect(client.listenerCount).toBe(0);
  const observing = feed.observe(note);
  expect(client.listenerCount).toBe(4);
  observing[Symbol.dispose]();
  expect(client.listenerCount).toBe(0);
  client.receive(facts('$one'));
  await clock.settle();
  expect(seen).toEqual([]);
});

test('an observer that goes while an event is being opened hears nothing of it', async () => {
  const { client, clock, feed, seen, note } = feedWith();
  const observing = feed.observe(note);
  client.receive(facts('$one'));
  observing[Symbol.dispose]();
  await clock.settle();
  expect(seen).toEqual([]);
});

test('a holding feed keeps what comes for its first listener only', async () => {
  const { client, clock, feed, seen, note } = feedWith({ isHolding: true });
  client.receive(facts('$one'));
  client.receive(facts('$two'));
  await clock.settle();
  using _first = feed.observe(note);
  expect(seen.map(({ eventId }) => eventId)).toEqual(['$one', '$two']);
  const later: DecryptedEvent[] = [];
  using _second = feed.observe((event) => later.push(event));
  expect(later).toEqual([]);
});

test('a holding feed that is full lets go of the oldest: what comes again after a start comes before what is new', async () => {
  const { client, clock, feed, seen, note } = feedWith({ isHolding: true });
  for (let n = 0; n <= HELD_EVENTS_MAX; n += 1) client.receive(facts(`$${n}`));
  await clock.settle();
  using _first = feed.observe(note);
  expect([seen.length, seen[0]?.eventId, seen.at(-1)?.eventId]).toEqual([HELD_EVENTS_MAX, '$1', `$${HELD_EVENTS_MAX}`]);
});

test('a disposed feed lets go of the client and of what it held', async () => {
  const { client, clock, feed, seen, note } = feedWith({ isHolding: true });
  client.receive(facts('$one'));
  await clock.settle();
  feed[Symbol.dispose]();
  feed.observe(note);
  expect(client.listenerCount).toBe(0);
  expect(seen).toEqual([]);
});
