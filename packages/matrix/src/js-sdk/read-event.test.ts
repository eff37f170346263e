import { parseMatrixEventId } from '@oracle-calls/protocol';
import { expect, test } from 'vitest';
import { fakeContext, MALLORY, ORACLE, ROOM, TWO } from './context.fixture.ts';
import { connectionError, FakeMatrixError, FakeSdkEvent } from './fake-sdk-client.fixture.ts';
import { fetchEvent } from './read-event.ts';
import { fetchRelations } from './relations.ts';
import type { RawEvent } from './sdk-client.ts';

const TYPE = 'm.ixo.oracles_call';
const ONE = parseMatrixEventId('$one');

/** What a homeserver sends; the fake's ciphertext carries its clear text. */
function raw(eventId: string, more: Partial<RawEvent> = {}): RawEvent {
  const content = { clear: { type: TYPE, content: { id: eventId } } };
  return { event_id: eventId, room_id: ROOM, sender: ORACLE, type: 'm.room.encrypted', content, ...more };
}

const relatingTo = (eventId: string, target: string, more: Partial<RawEvent> = {}): RawEvent => {
  const { content = {} } = raw(eventId);
  const relation = { rel_type: 'm.reference', event_id: target };
  return raw(eventId, { content: { ...content, 'm.relates_to': relation }, ...more });
};

test('an event that the sync brought is taken from memory', async () => {
  const context = fakeContext();
  const room = context.client.addRoom(TWO);
  const clear = { type: TYPE, content: { n: 1 } };
  room.events.set(ONE, new FakeSdkEvent({ id: ONE, room: ROOM, sender: ORACLE, clear }));
  context.client.onFetch = () => expect.unreachable();
  await expect(fetchEvent(context, ROOM, ONE)).resolves.toMatchObject({ eventId: ONE, content: { n: 1 } });
});

test('an event in memory that was removed is not there', async () => {
  const context = fakeContext();
  const known = new FakeSdkEvent({ id: ONE, room: ROOM, sender: ORACLE, clear: { type: TYPE, content: {} } });
  known.isGone = true;
  context.client.addRoom(TWO).events.set(ONE, known);
  await expect(fetchEvent(context, ROOM, ONE)).rejects.toMatchObject({ code: 'ERR_MATRIX_EVENT_NOT_FOUND' });
});

test('another event is asked for and decrypted, and edits that come along are not applied', async () => {
  const context = fakeContext();
  const bundled = { 'm.relations': { 'm.replace': raw('$edit') } };
  context.client.raw.set(ONE, raw(ONE, { unsigned: bundled }));
  const mapped: RawEvent[] = [];
  const mapper = context.client.getEventMapper();
  context.client.getEventMapper = () => (event) => {
    mapped.push(event);
    return mapper(event);
  };
  await expect(fetchEvent(context, ROOM, ONE)).resolves.toMatchObject({
    content: { id: ONE },
    sender: { userId: ORACLE },
  });
  expect(mapped).toHaveLength(1);
  expect(mapped[0]).not.toHaveProperty('unsigned');
});

const refusals: [string, RawEvent, string][] = [
  ['is not encrypted', raw(ONE, { type: TYPE }), 'ERR_MATRIX_NOT_ENCRYPTED'],
  ['cannot be decrypted', raw(ONE, { content: {} }), 'ERR_MATRIX_UNDECRYPTABLE'],
  ['is of another room', raw(ONE, { room_id: '!other:localhost' }), 'ERR_MATRIX_EVENT_NOT_FOUND'],
  ['is another event', raw('$two'), 'ERR_MATRIX_EVENT_NOT_FOUND'],
  ['has an impossible sender', raw(ONE, { sender: 'oracle' }), 'ERR_PROTOCOL_MALFORMED'],
];

test.each(refusals)('an event that %s is refused', async (_name, event, code) => {
  const context = fakeContext();
  context.client.raw.set(ONE, event);
  await expect(fetchEvent(context, ROOM, ONE)).rejects.toMatchObject({ code });
});

test('an event whose device is not its sender’s, or has no key, is refused', async () => {
  const context = fakeContext();
  context.client.raw.set(ONE, raw(ONE, { sender: MALLORY }));
  context.client.shields.set(ONE, 8);
  await expect(fetchEvent(context, ROOM, ONE)).rejects.toMatchObject({ code: 'ERR_MATRIX_SENDER' });
  context.client.shields.clear();
  context.client.isUndecided = true;
  await expect(fetchEvent(context, ROOM, ONE)).rejects.toMatchObject({ code: 'ERR_MATRIX_SENDER' });
  context.client.isUndecided = false;
  const keyless = new FakeSdkEvent({ id: ONE, room: ROOM, sender: ORACLE, clear: { type: TYPE, content: {} } });
  keyless.senderKey = null;
  context.client.addRoom(TWO).events.set(ONE, keyless);
  await expect(fetchEvent(context, ROOM, ONE)).rejects.toMatchObject({ code: 'ERR_MATRIX_SENDER' });
});

test('the device list is asked for when the device is unknown, for a bounded time', async () => {
  const context = fakeContext();
  context.client.raw.set(ONE, raw(ONE));
  context.client.shields.set(ONE, 3);
  context.client.shieldsAfterLookup.set(ONE, 1);
  await expect(fetchEvent(context, ROOM, ONE)).resolves.toMatchObject({ eventId: ONE });
  expect(context.client.deviceLookups).toEqual([ORACLE]);

  context.client.shields.set(ONE, 3);
  context.client.crypto.getUserDeviceInfo = () => new Promise(() => undefined);
  const refused = expect(fetchEvent(context, ROOM, ONE)).rejects.toMatchObject({ code: 'ERR_MATRIX_SENDER' });
  await context.clock.advance(10_000);
  await refused;
  expect(context.clock.pendingTimers).toBe(0);
});

test('an event of a device that is being signed waits a moment for the signature; one that never comes is refused', async () => {
  const context = fakeContext();
  context.client.raw.set(ONE, raw(ONE));
  context.client.shields.set(ONE, 2);
  const fetching = fetchEvent(context, ROOM, ONE);
  await context.clock.advance(4_000);
  context.client.emit('crypto.devicesUpdated', [MALLORY]);
  context.client.shields.delete(ONE);
  context.client.emit('crypto.devicesUpdated', [ORACLE]);
  await expect(fetching).resolves.toMatchObject({ eventId: ONE });
  expect(context.client.listenerCount).toBe(0);

  context.client.shields.set(ONE, 2);
  const refused = expect(fetchEvent(context, ROOM, ONE)).rejects.toMatchObject({ code: 'ERR_MATRIX_SENDER' });
  await context.clock.advance(5_000);
  await refused;
  expect([context.client.listenerCount, context.clock.pendingTimers]).toEqual([0, 0]);
});

test('a removed event is not found', async () => {
  const context = fakeContext();
  context.client.raw.set(ONE, raw(ONE));
  const mapper = context.client.getEventMapper();
  context.client.getEventMapper = () => (event) => Object.assign(mapper(event), { isGone: true });
  await expect(fetchEvent(context, ROOM, ONE)).rejects.toMatchObject({ code: 'ERR_MATRIX_EVENT_NOT_FOUND' });
});

test('unknown events, a homeserver that stays away and an abort are told apart', async () => {
  const context = fakeContext();
  await expect(fetchEvent(context, ROOM, ONE)).rejects.toMatchObject({ code: 'ERR_MATRIX_EVENT_NOT_FOUND' });
  context.client.onFetch = () => Promise.reject(connectionError());
  const away = expect(fetchEvent(context, ROOM, ONE)).rejects.toMatchObject({ code: 'ERR_UPSTREAM_HOMESERVER' });
  await context.clock.advance(60_000);
  await away;
  context.client.onFetch = () => Promise.reject(new FakeMatrixError(401, 'M_UNKNOWN_TOKEN'));
  await expect(fetchEvent(context, ROOM, ONE)).rejects.toMatchObject({ code: 'ERR_MATRIX_SESSION' });
  const reason = new Error('hung up');
  context.client.onFetch = () => new Promise(() => undefined);
  const controller = new AbortController();
  const waiting = fetchEvent(context, ROOM, ONE, { signal: controller.signal });
  controller.abort(reason);
  await expect(waiting).rejects.toBe(reason);
});

test('relations come from all pages, oldest first', async () => {
  const context = fakeContext();
  context.client.relationPages = [
    { chunk: [relatingTo('$c', ONE), relatingTo('$b', ONE)], next_batch: '1' },
    { chunk: [relatingTo('$a', ONE)] },
  ];
  const found = await fetchRelations(context, ROOM, ONE);
  expect(found.map(({ eventId }) => eventId)).toEqual(['$a', '$b', '$c']);
});

test('relations that are plaintext, unreadable, forged, of another room or to another event are left out', async () => {
  const context = fakeContext();
  context.client.shields.set('$forged', 8);
  context.client.relationPages = [
    {
      chunk: [
        relatingTo('$plain', ONE, { type: TYPE }),
        relatingTo('$dark', ONE, { content: { 'm.relates_to': { rel_type: 'm.reference', event_id: ONE } } }),
        relatingTo('$forged', ONE),
        relatingTo('$far', ONE, { room_id: '!other:localhost' }),
        relatingTo('$stray', '$two'),
        raw('$loose'),
        relatingTo('$good', ONE),
      ],
    },
  ];
  const found = await fetchRelations(context, ROOM, ONE);
  expect(found.map(({ eventId }) => eventId)).toEqual(['$good']);
});

test('a flood of relations is refused instead of read for ever', async () => {
  const context = fakeContext();
  let pages = 0;
  context.client.fetchRelations = () => Promise.resolve({ chunk: [], next_batch: String((pages += 1)) });
  await expect(fetchRelations(context, ROOM, ONE)).rejects.toMatchObject({ code: 'ERR_PROTOCOL_TOO_LARGE' });
  expect(pages).toBe(50);
});
