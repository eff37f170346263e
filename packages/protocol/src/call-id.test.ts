import { expect, test } from 'vitest';
import {
  CALL_ID_MAX_LENGTH,
  callIdParts,
  createCallId,
  createSfuRoomName,
  parseCallId,
  parseMatrixEventId,
  parseSfuRoomName,
} from './call-id.ts';

const EVENT_ID = '$hVVBHB0rvbXnKDnLNEKLHZGWfGEPBTCIS3vLY0BRyCg';
const ROOM = 'lk-0123456789abcdef0123456789abcdef';

test.each([
  `${EVENT_ID}@${ROOM}`,
  '$a@b',
  '$_-@0',
  `$${'a'.repeat(128)}@${'b'.repeat(64)}`,
  '$acR1l0raoZnm60CBwAVgqbZqoO/mYU81xysh1u7XcJk@x'.replace('/', '_'),
])('%s is a call id', (text) => {
  const callId = parseCallId(text);
  const { eventId, sfuRoomName } = callIdParts(callId);
  expect(createCallId(eventId, sfuRoomName)).toBe(text);
  expect(encodeURI(callId)).toBe(text);
  expect(new URL(`/calls/${callId}/key`, 'https://a.example').pathname).toBe(`/calls/${text}/key`);
});

test.each<[string, unknown]>([
  ['nothing', ''],
  ['undefined', undefined],
  ['null', null],
  ['a number', 7],
  ['an array that prints like one', [`${EVENT_ID}@${ROOM}`]],
  ['an event id alone', EVENT_ID],
  ['a room alone', ROOM],
  ['no event id', `@${ROOM}`],
  ['no room', `${EVENT_ID}@`],
  ['no dollar sign', `abc@${ROOM}`],
  ['only a dollar sign', `$@${ROOM}`],
  ['two dollar signs', `$$a@${ROOM}`],
  ['an event id of room version 1', `$abc:example.org@${ROOM}`],
  ['an event id of room version 3', `$a/b+c@${ROOM}`],
  ['two rooms', `${EVENT_ID}@${ROOM}@${ROOM}`],
  ['a Matrix room id', `${EVENT_ID}@!room:example.org`],
  ['a room with a leading sign', `${EVENT_ID}@-a`],
  ['a path upwards', `${EVENT_ID}@..`],
  ['a slash', `${EVENT_ID}@a/b`],
  ['percent-encoding', `${EVENT_ID}%40${ROOM}`],
  ['a space before', ` ${EVENT_ID}@${ROOM}`],
  ['a line break behind', `${EVENT_ID}@${ROOM}\n`],
  ['a null character', `${EVENT_ID}@a\u0000`],
  ['a look-alike letter', `$аbc@${ROOM}`],
  ['an event id of 129', `$${'a'.repeat(129)}@b`],
  ['a room of 65', `$a@${'b'.repeat(65)}`],
  ['a megabyte', `$${'a'.repeat(2 ** 20)}@b`],
])('%s is no call id', (_name, text) => {
  expect(() => parseCallId(text)).toThrow(expect.objectContaining({ code: 'ERR_PROTOCOL_CALL_ID' }));
});

test('the longest call id has the length that the constant says', () => {
  expect(parseCallId(`$${'a'.repeat(128)}@${'b'.repeat(64)}`)).toHaveLength(CALL_ID_MAX_LENGTH);
});

test.each(['', 'abc', '$', '$a:b', '$a/b', `$${'a'.repeat(129)}`, 5, undefined])('%s is no event id', (text) => {
  expect(() => parseMatrixEventId(text)).toThrow(expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' }));
});

test.each(['', '-a', '_a', 'a b', 'a.b', 'a@b', '!a:b', 'ä', 'a'.repeat(65), 5, null])('%s is no room name', (text) => {
  expect(() => parseSfuRoomName(text)).toThrow(expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' }));
});

test('fresh room names are 128 random bits and differ', () => {
  const names = Array.from({ length: 200 }, createSfuRoomName);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^lk-[0-9a-f]{32}$/);
});
