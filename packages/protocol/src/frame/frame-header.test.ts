import { expect, test } from 'vitest';
import {
  encodeFrameHeader,
  FRAME_HEADER_BYTES,
  FRAME_MAX_BYTES,
  MAX_ATTEMPT,
  readFrameHeader,
} from './frame-header.ts';

const header = { kind: 'rekey-accept', attempt: 258, epoch: 65_539 } as const;

test('a header is version, kind, attempt and epoch', () => {
  const bytes = encodeFrameHeader(header);
  expect([...bytes]).toEqual([3, 5, 0, 0, 1, 2, 0, 1, 0, 3]);
  expect(bytes).toHaveLength(FRAME_HEADER_BYTES);
  expect(readFrameHeader(bytes)).toEqual(header);
});

test('numbers out of bounds are not written', () => {
  for (const attempt of [0, MAX_ATTEMPT + 1])
    expect(() => encodeFrameHeader({ ...header, attempt })).toThrow(RangeError);
  for (const epoch of [0, 2 ** 32]) expect(() => encodeFrameHeader({ ...header, epoch })).toThrow(RangeError);
});

test.each<[string, readonly number[], string]>([
  ['nothing', [], 'ERR_PROTOCOL_MALFORMED'],
  ['version 1', [1, 1, 0, 0, 0, 1, 0, 0, 0, 1], 'ERR_PROTOCOL_UNKNOWN_VERSION'],
  ['version 2', [2, 1, 0, 0, 0, 1, 0, 0, 0, 1], 'ERR_PROTOCOL_UNKNOWN_VERSION'],
  ['version 4', [4, 1, 0, 0, 0, 1, 0, 0, 0, 1], 'ERR_PROTOCOL_UNKNOWN_VERSION'],
  ['an unknown kind', [3, 7, 0, 0, 0, 1, 0, 0, 0, 1], 'ERR_PROTOCOL_MALFORMED'],
  ['attempt 0', [3, 1, 0, 0, 0, 0, 0, 0, 0, 1], 'ERR_PROTOCOL_MALFORMED'],
  ['attempt 1025', [3, 1, 0, 0, 4, 1, 0, 0, 0, 1], 'ERR_PROTOCOL_MALFORMED'],
  ['epoch 0', [3, 1, 0, 0, 0, 1, 0, 0, 0, 0], 'ERR_PROTOCOL_MALFORMED'],
  ['nine bytes', [3, 1, 0, 0, 0, 1, 0, 0, 0], 'ERR_PROTOCOL_MALFORMED'],
])('%s is no frame', (_name, bytes, code) => {
  expect(() => readFrameHeader(Uint8Array.from(bytes))).toThrow(expect.objectContaining({ code }));
});

test('an overlong frame is refused before it is read', () => {
  const frame = new Uint8Array(FRAME_MAX_BYTES + 1);
  expect(() => readFrameHeader(frame)).toThrow(expect.objectContaining({ code: 'ERR_PROTOCOL_TOO_LARGE' }));
});
