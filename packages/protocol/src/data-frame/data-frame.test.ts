import { expect, test } from 'vitest';
import { FRAME_MAX_BYTES } from '../frame/frame-header.ts';
import { chat, dataEnds, keysAt, saidBy } from './data.fixture.ts';
import { DataReceiver, REMEMBERED_PAYLOADS } from './data-receiver.ts';
import { DataSender } from './data-sender.ts';
import { DATA_HEADER_BYTES } from './layout.ts';
import {
  CAPTION_MAX_LENGTH,
  CHAT_MAX_LENGTH,
  createPayloadId,
  PAYLOAD_MAX_BYTES,
  type DataPayload,
} from './payload.ts';

const id = '00112233445566778899aabbccddeeff';
const payloads: readonly DataPayload[] = [
  { id, kind: 'control', action: 'interrupt' },
  { id, kind: 'control', action: 'oracle-state', state: 'thinking' },
  { id, kind: 'control', action: 'muted', isMuted: true },
  { id, kind: 'control', action: 'received', received: id },
  { id, kind: 'control', action: 'epoch-switched' },
  { id, kind: 'control', action: 'hang-up' },
  { id, kind: 'caption', speaker: 'oracle', segment: id, text: 'Good day \u{1f44b}', isFinal: false },
  { id, kind: 'chat', text: 'x'.repeat(CHAT_MAX_LENGTH), sentAt: 1_767_225_600_000 },
];

test.each(payloads)('a payload arrives as it was sent: $kind $action', async (payload) => {
  const { sender, receiver } = dataEnds();
  const outcome = await receiver.open(await sender.seal(payload));
  expect(outcome).toEqual({ kind: 'payload', payload, position: { attempt: 1, epoch: 1 }, missed: 0 });
});

test('frames come out in the order in which payloads went in, each with its own counter', async () => {
  const { sender, receiver } = dataEnds();
  const frames = await Promise.all([1, 2, 3, 4].map((number) => sender.seal(chat(number))));
  expect(frames.map((frame) => frame.slice(0, DATA_HEADER_BYTES)[13])).toEqual([0, 1, 2, 3]);
  const outcomes = await Promise.all(frames.map((frame) => receiver.open(frame)));
  expect(outcomes.map(saidBy)).toEqual([1, 2, 3, 4]);
});

test('a frame that comes again, or after a later one, is refused; a gap is told', async () => {
  const { sender, receiver } = dataEnds();
  const [one, two, three, four] = await Promise.all([1, 2, 3, 4].map((number) => sender.seal(chat(number))));
  expect(await receiver.open(two ?? new Uint8Array())).toMatchObject({ kind: 'payload', missed: 1 });
  for (const frame of [two, one]) {
    expect(saidBy(await receiver.open(frame ?? new Uint8Array()))).toBe('ERR_DATA_REPLAYED');
  }
  expect(await receiver.open(four ?? new Uint8Array())).toMatchObject({ kind: 'payload', missed: 1 });
  expect(saidBy(await receiver.open(three ?? new Uint8Array()))).toBe('ERR_DATA_REPLAYED');
});

test('a resend is a new frame with the same id, and is delivered once', async () => {
  const { sender, receiver } = dataEnds();
  const [first, again] = [await sender.seal(chat(7)), await sender.seal(chat(7))];
  expect(again).not.toEqual(first);
  expect(saidBy(await receiver.open(first))).toBe(7);
  expect(await receiver.open(again)).toEqual({
    kind: 'duplicate',
    id: chat(7).id,
    position: { attempt: 1, epoch: 1 },
  });
});

test('a resend in a later epoch or attempt is delivered once too', async () => {
  const { sender, receiver } = dataEnds();
  expect(saidBy(await receiver.open(await sender.seal(chat(7))))).toBe(7);
  for (const [attempt, epoch] of [
    [1, 2],
    [2, 1],
  ] as const) {
    sender.switchTo(keysAt(attempt, epoch));
    receiver.install(keysAt(attempt, epoch));
    expect(saidBy(await receiver.open(await sender.seal(chat(7))))).toBe('duplicate');
  }
});

test('only so many ids are remembered, the latest', async () => {
  const { sender, receiver } = dataEnds();
  for (let number = 0; number <= REMEMBERED_PAYLOADS; number++) await receiver.open(await sender.seal(chat(number)));
  expect(saidBy(await receiver.open(await sender.seal(chat(1))))).toBe('duplicate');
  expect(saidBy(await receiver.open(await sender.seal(chat(0))))).toBe(0);
});

test('both epochs open while a rekey is under way, and what is late of the old one is refused after the new one was heard', async () => {
  const { sender, receiver } = dataEnds();
  const [old, late] = [await sender.seal(chat(1)), await sender.seal(chat(2))];
  receiver.install(keysAt(1, 2));
  expect(saidBy(await receiver.open(old))).toBe(1);
  sender.switchTo(keysAt(1, 2));
  expect(await receiver.open(await sender.seal(chat(3)))).toMatchObject({
    kind: 'payload',
    position: { attempt: 1, epoch: 2 },
    missed: 0,
  });
  expect(saidBy(await receiver.open(late))).toBe('ERR_DATA_REPLAYED');
});

test('a frame of an epoch that was retired, or is not installed yet, is refused by name', async () => {
  const { sender, receiver } = dataEnds();
  const old = await sender.seal(chat(1));
  sender.switchTo(keysAt(1, 2));
  const early = await sender.seal(chat(2));
  expect(saidBy(await receiver.open(early))).toBe('ERR_KEY_MISSING');
  receiver.install(keysAt(1, 2));
  receiver.retire(1);
  expect(saidBy(await receiver.open(old))).toBe('ERR_KEY_RETIRED');
  expect(saidBy(await receiver.open(early))).toBe(2);
});

test('a later attempt takes the place of every earlier key', async () => {
  const { sender, receiver } = dataEnds();
  const old = await sender.seal(chat(1));
  receiver.install(keysAt(2, 1));
  expect(saidBy(await receiver.open(old))).toBe('ERR_KEY_RETIRED');
});

test('keys that do not come later are neither installed nor sent under', () => {
  const { sender, receiver } = dataEnds();
  for (const keys of [keysAt(1, 1), keysAt(1, 2)]) keys.destroy();
  for (const end of [sender.switchTo.bind(sender), receiver.install.bind(receiver)]) {
    expect(() => end(keysAt(1, 1))).toThrow(expect.objectContaining({ code: 'ERR_KEY_RETIRED' }));
    const wiped = keysAt(1, 2);
    wiped.destroy();
    expect(() => end(wiped)).toThrow(expect.objectContaining({ code: 'ERR_KEY_RETIRED' }));
    end(keysAt(1, 2));
    expect(() => end(keysAt(1, 1))).toThrow(expect.objectContaining({ code: 'ERR_KEY_RETIRED' }));
  }
});

test('keys that were wiped seal and open nothing any more, also what was under way', async () => {
  const sender = new DataSender({ direction: 'user-to-oracle' });
  const receiver = new DataReceiver('user-to-oracle');
  const [sending, receiving] = [keysAt(1, 1), keysAt(1, 1)];
  sender.switchTo(sending);
  receiver.install(receiving);
  const frame = await sender.seal(chat(1));
  const underWay = receiver.open(frame);
  sending.destroy();
  receiving.destroy();
  expect(saidBy(await underWay)).toBe('ERR_KEY_RETIRED');
  await expect(sender.seal(chat(2))).rejects.toMatchObject({ code: 'ERR_KEY_RETIRED' });
  expect(saidBy(await receiver.open(frame))).toBe('ERR_KEY_RETIRED');
});

test('an epoch that is retired under a frame being opened delivers it no more', async () => {
  const { sender, receiver } = dataEnds();
  const frame = await sender.seal(chat(1));
  const underWay = receiver.open(frame);
  // Two turns: the frame is at the platform by then.
  await Promise.resolve();
  await Promise.resolve();
  receiver.retire(1);
  expect(saidBy(await underWay)).toBe('ERR_KEY_RETIRED');
});

test('without a key nothing is sealed or opened', async () => {
  const sender = new DataSender({ direction: 'user-to-oracle' });
  await expect(sender.seal(chat(1))).rejects.toMatchObject({ code: 'ERR_KEY_MISSING' });
  const frame = await dataEnds().sender.seal(chat(1));
  expect(saidBy(await new DataReceiver('user-to-oracle').open(frame))).toBe('ERR_KEY_MISSING');
});

test('no counter is used twice: the last one ends the key', async () => {
  const { sender } = dataEnds(2);
  await sender.seal(chat(1));
  await sender.seal(chat(2));
  await expect(sender.seal(chat(3))).rejects.toMatchObject({ code: 'ERR_KEY_EXHAUSTED' });
});

test("a side's own data, played back to it, does not open", async () => {
  const { sender } = dataEnds();
  const user = new DataReceiver('oracle-to-user');
  user.install(keysAt(1, 1));
  expect(saidBy(await user.open(await sender.seal(chat(1))))).toBe('ERR_DATA_OPEN');
});

const refused: [name: string, value: unknown, code: string][] = [
  ['an unknown kind', { id, kind: 'rpc', method: 'x' }, 'ERR_DATA_MALFORMED'],
  ['a kind of Object.prototype', { id, kind: 'constructor' }, 'ERR_DATA_MALFORMED'],
  ['an unknown action', { id, kind: 'control', action: 'reboot' }, 'ERR_DATA_MALFORMED'],
  ['an unknown field', { id, kind: 'control', action: 'interrupt', more: 1 }, 'ERR_DATA_MALFORMED'],
  ['a missing id', { kind: 'control', action: 'interrupt' }, 'ERR_DATA_MALFORMED'],
  ['an id in capitals', { id: 'A'.repeat(32), kind: 'control', action: 'interrupt' }, 'ERR_DATA_MALFORMED'],
  ['an empty text', { id, kind: 'chat', text: '', sentAt: 1 }, 'ERR_DATA_MALFORMED'],
  ['an overlong text', { id, kind: 'chat', text: 'x'.repeat(CHAT_MAX_LENGTH + 1), sentAt: 1 }, 'ERR_DATA_MALFORMED'],
  [
    'an overlong caption',
    { id, kind: 'caption', speaker: 'user', segment: id, text: 'x'.repeat(CAPTION_MAX_LENGTH + 1), isFinal: true },
    'ERR_DATA_MALFORMED',
  ],
  ['a time that is no integer', { id, kind: 'chat', text: 'x', sentAt: 1.5 }, 'ERR_DATA_MALFORMED'],
  [
    'a text whose JSON does not fit',
    { id, kind: 'chat', text: '\u0001'.repeat(CHAT_MAX_LENGTH), sentAt: 1 },
    'ERR_DATA_TOO_LARGE',
  ],
];

test.each(refused)('%s is never sealed', async (_name, value, code) => {
  const { sender } = dataEnds();
  await expect(sender.seal(value as DataPayload)).rejects.toMatchObject({ code });
});

test('the largest payload fits into the largest frame', () => {
  expect(PAYLOAD_MAX_BYTES).toBeGreaterThan(3 * CHAT_MAX_LENGTH + 200);
  expect(PAYLOAD_MAX_BYTES).toBeLessThan(FRAME_MAX_BYTES);
});

test('payload ids are random and well-formed', () => {
  const ids = [createPayloadId(), createPayloadId()];
  for (const one of ids) expect(one).toMatch(/^[0-9a-f]{32}$/);
  expect(ids[0]).not.toBe(ids[1]);
});
