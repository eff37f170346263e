import { expect, test } from 'vitest';
import { isMatrixRoomId, isMatrixUserId, parseMatrixRoomId, parseMatrixUserId } from './matrix-id.ts';

test.each(['@oracle:example.org', '@a.b=c/d:localhost', '@x:127.0.0.1:8448'])('%s is a user id', (text) => {
  expect(parseMatrixUserId(text)).toBe(text);
});

test.each(['oracle:example.org', '@oracle', '@or acle:x', '@o:', '@o:x/y', `@${'a'.repeat(255)}:x`, 7, null])(
  '%s is not a user id',
  (text) => {
    expect(isMatrixUserId(text)).toBe(false);
    expect(() => parseMatrixUserId(text)).toThrow(expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' }));
  },
);

test.each(['!abc:example.org', '!W4PzB_nFk-9b8w'])('%s is a room id, with and without a server', (text) => {
  expect(parseMatrixRoomId(text)).toBe(text);
});

test.each(['abc', '!', '!a b', '!a/../b', '!a?x', `!${'a'.repeat(255)}`, undefined])('%s is not a room id', (text) => {
  expect(isMatrixRoomId(text)).toBe(false);
  expect(() => parseMatrixRoomId(text)).toThrow(expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' }));
});
