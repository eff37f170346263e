import { parseMatrixEventId } from '@oracle-calls/protocol';
import { expect, test } from 'vitest';
import { ALICE, fakeContext, MALLORY, ORACLE, ROOM, TWO } from './context.fixture.ts';
import { FakeMatrixError } from './fake-sdk-client.fixture.ts';
import { ownRecordsOver } from './own-events.ts';
import type { RawEvent } from './sdk-client.ts';

const CALL = parseMatrixEventId('$call');
const TYPE = 'm.ixo.test';

function raw(eventId: string, more: Partial<RawEvent> = {}): RawEvent {
  const content = { clear: { type: TYPE, content: { id: eventId } }, ...more.content };
  return { event_id: eventId, room_id: ROOM, sender: ALICE, type: 'm.room.encrypted', ...more, content };
}
const related = (eventId: string, more: Partial<RawEvent> = {}, target: string = CALL): RawEvent =>
  raw(eventId, {
    ...more,
    content: { 'm.relates_to': { rel_type: 'm.reference', event_id: target }, ...more.content },
  });

/** A joined room of the two with the account's call event, and what the homeserver says is related, newest first. */
function scene(...newestFirst: RawEvent[]) {
  const context = fakeContext();
  context.client.addRoom(TWO);
  context.client.raw.set(CALL, raw(CALL));
  context.client.relationPages = [{ chunk: newestFirst }];
  return { context, records: ownRecordsOver(context) };
}
const idsOf = (events: readonly { readonly eventId: string }[]): string[] => events.map(({ eventId }) => eventId);

test("an account's event and what it wrote of it are found, oldest first", async () => {
  const { records } = scene(related('$two'), related('$one'));
  const own = await records.fetch(ORACLE, CALL);
  expect(idsOf(own)).toEqual([CALL, '$one', '$two']);
  expect(own[1]).toEqual({ eventId: '$one', matrixRoomId: ROOM, type: TYPE, content: expect.objectContaining({}) });
});

test('what is of another sender, room or event, in plaintext, or removed, is left out', async () => {
  const { records } = scene(
    related('$oracle', { sender: ORACLE }),
    related('$mallory', { sender: MALLORY }),
    related('$elsewhere', { room_id: '!other:localhost' }),
    related('$other', {}, '$another-call'),
    raw('$unrelated'),
    related('$plain', { type: TYPE }),
    related('$removed', { unsigned: { redacted_because: raw('$redaction') } as NonNullable<RawEvent['unsigned']> }),
    related('$own'),
  );
  expect(idsOf(await records.fetch(ORACLE, CALL))).toEqual([CALL, '$own']);
});

test('what this device cannot open has no content, and is there to be removed', async () => {
  const { context, records } = scene(related('$one', { content: { clear: undefined } }));
  const [, one] = await records.fetch(ORACLE, CALL);
  expect(one).toEqual({ eventId: '$one', matrixRoomId: ROOM, type: undefined, content: undefined });
  context.client.decryptEventIfNeeded = () => Promise.reject(new Error('crypto is stopped'));
  expect((await records.fetch(ORACLE, CALL)).map(({ content }) => content)).toEqual([undefined, undefined]);
});

test('events without a shield are not needed: their keys may have come from a backup', async () => {
  const { context, records } = scene(related('$one'));
  for (const reason of [0, 2, 3, 4, 5]) {
    context.client.shields.set('$one', reason);
    expect(idsOf(await records.fetch(ORACLE, CALL))).toEqual([CALL, '$one']);
  }
});

test('only encrypted rooms with the oracle are looked through, whether or not it is still there', async () => {
  const context = fakeContext();
  const asked: string[] = [];
  context.client.fetchRoomEvent = (roomId) => {
    asked.push(roomId);
    return Promise.reject(new FakeMatrixError(404, 'M_NOT_FOUND'));
  };
  const me = { userId: ALICE, membership: 'join' };
  context.client.addRoom({ id: '!left:localhost', members: [me, { userId: ORACLE, membership: 'leave' }] });
  context.client.addRoom({ id: '!mallory:localhost', members: [me, { userId: MALLORY, membership: 'join' }] });
  context.client.addRoom({ id: '!open:localhost', members: TWO.members, algorithm: undefined });
  const crowd = [me, { userId: ORACLE, membership: 'join' }, { userId: MALLORY, membership: 'join' }];
  context.client.addRoom({ id: '!crowd:localhost', members: crowd });
  await expect(ownRecordsOver(context).fetch(ORACLE, CALL)).resolves.toEqual([]);
  expect(asked).toEqual(['!left:localhost']);
});

test('a homeserver that is away is an error, and not an empty history', async () => {
  const { context, records } = scene();
  context.client.fetchRoomEvent = () => Promise.reject(new FakeMatrixError(403, 'M_FORBIDDEN'));
  await expect(records.fetch(ORACLE, CALL)).resolves.toEqual([]);
  context.client.fetchRoomEvent = () => Promise.reject(new FakeMatrixError(401, 'M_UNKNOWN_TOKEN'));
  await expect(records.fetch(ORACLE, CALL)).rejects.toMatchObject({ code: 'ERR_MATRIX_SESSION' });
});

test('redacting is one request under its transaction id', async () => {
  const { context, records } = scene();
  const [call] = await records.fetch(ORACLE, CALL);
  if (call === undefined) throw new Error('no event');
  await records.redact(call, { transactionId: 'delete-1' });
  expect(context.client.requests).toEqual([
    { method: 'PUT', path: '/rooms/!room%3Alocalhost/redact/%24call/delete-1', body: {} },
  ]);
  context.client.answers = [() => Promise.reject(new FakeMatrixError(403, 'M_FORBIDDEN'))];
  await expect(records.redact(call, { transactionId: 'delete-2' })).rejects.toMatchObject({ code: 'ERR_MATRIX_ROOM' });
});

test('keys are of the private user-signing key and the label, and are not there without it', async () => {
  const { context, records } = scene();
  await expect(records.deriveKey('one')).resolves.toBeUndefined();
  const seedOf = (byte: number) => btoa(String.fromCharCode(...new Uint8Array(32).fill(byte)));
  const exports = (byte: number) => {
    context.client.crypto.exportSecretsBundle = () =>
      Promise.resolve({ cross_signing: { user_signing_key: seedOf(byte) } });
  };
  exports(7);
  const key = await records.deriveKey('one');
  // HKDF-SHA-256 (RFC 5869) of 32 bytes 07, without salt, info "one": made with Python's `cryptography` 48.
  expect(Buffer.from(key?.expose() ?? []).toString('hex')).toBe(
    'ff21ed6f978c1380d82eea35761c85809cd062322f8e297ed4f1aa8d82b2f013',
  );
  expect(String(key)).toBe('[SecretBytes one]');
  expect((await records.deriveKey('two'))?.expose()).not.toEqual(key?.expose());
  exports(8);
  expect((await records.deriveKey('one'))?.expose()).not.toEqual(key?.expose());
  context.client.crypto.exportSecretsBundle = () => Promise.reject(new Error('no private keys'));
  await expect(records.deriveKey('one')).resolves.toBeUndefined();
});
