import { serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { encodeFrame, FRAME_MAX_BYTES, FrameReader } from './frames.ts';

const hello = { kind: 'hello', samples: Float32Array.of(0.25, -1), text: 'ü' };

describe('frames on the socket', () => {
  it('bring a message over as it was, typed arrays included', () => {
    expect(new FrameReader().push(encodeFrame(hello))).toEqual([hello]);
  });

  it.each([1, 3, 7])('come together from pieces of %i bytes', (size) => {
    const bytes = Buffer.concat([encodeFrame(hello), encodeFrame('second'), encodeFrame(null)]);
    const reader = new FrameReader();
    const messages: unknown[] = [];
    for (let i = 0; i < bytes.length; i += size) messages.push(...reader.push(bytes.subarray(i, i + size)));
    expect(messages).toEqual([hello, 'second', null]);
  });

  it('keep what comes after a whole message for the next', () => {
    const reader = new FrameReader();
    const [first, second] = [encodeFrame(1), encodeFrame(2)];
    expect(reader.push(Buffer.concat([first, second.subarray(0, 5)]))).toEqual([1]);
    expect(reader.push(second.subarray(5))).toEqual([2]);
  });

  it('are refused when too long, by the sender and as soon as one is announced', () => {
    const tooLarge = expect.objectContaining({ code: 'ERR_PROTOCOL_TOO_LARGE' });
    expect(() => encodeFrame(new Uint8Array(FRAME_MAX_BYTES))).toThrow(tooLarge);
    const header = Buffer.alloc(4);
    header.writeUInt32BE(FRAME_MAX_BYTES + 1);
    expect(() => new FrameReader().push(header)).toThrow(tooLarge);
  });

  it('are refused when they hold no message', () => {
    const body = serialize('text').subarray(0, 3);
    const frame = Buffer.concat([Buffer.of(0, 0, 0, body.length), body]);
    expect(() => new FrameReader().push(frame)).toThrow(expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' }));
  });
});
