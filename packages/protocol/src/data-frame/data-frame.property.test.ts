import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isOracleCallError } from '../errors/oracle-call-error.ts';
import { encodeFrameHeader } from '../frame/frame-header.ts';
import { flipBit } from '../handshake/call.fixture.ts';
import { chat, dataEnds, keysAt, saidBy } from './data.fixture.ts';
import { DataReceiver } from './data-receiver.ts';
import { dataNonce, encodeDataHeader, splitDataFrame } from './layout.ts';
import { decodePayload, encodePayload, type DataKind } from './payload.ts';

const kind = fc.constantFrom<DataKind>('control', 'caption', 'chat');

test('a flipped bit, a cut or a tail anywhere in a frame is refused with a typed error and changes nothing', async () => {
  const { sender, receiver } = dataEnds();
  const frame = await sender.seal(chat(1));
  const changed = fc.oneof(
    fc.nat({ max: frame.length * 8 - 1 }).map((bit) => flipBit(frame, bit)),
    fc.nat({ max: frame.length - 1 }).map((length) => frame.slice(0, length)),
    fc.uint8Array({ minLength: 1, maxLength: 40 }).map((tail) => new Uint8Array([...frame, ...tail])),
  );
  await fc.assert(
    fc.asyncProperty(changed, async (bytes) => {
      expect(saidBy(await receiver.open(bytes))).toMatch(/^ERR_(DATA|KEY|PROTOCOL)_/);
    }),
    { numRuns: 300 },
  );
  expect(saidBy(await receiver.open(frame))).toBe(1);
});

test('any bytes at all are answered with a typed refusal', async () => {
  const { receiver } = dataEnds();
  const header = encodeFrameHeader({ kind: 'data', attempt: 1, epoch: 1 });
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.uint8Array({ maxLength: 100 }).map((tail) => new Uint8Array([...header, ...tail])),
    fc.constant(new Uint8Array(20_000).fill(2)),
  );
  await fc.assert(
    fc.asyncProperty(anything, async (bytes) => {
      expect(saidBy(await receiver.open(bytes))).toMatch(/^ERR_(DATA|KEY|PROTOCOL)_/);
    }),
    { numRuns: 300 },
  );
});

test('a header is the only encoding of what it says', () => {
  const place = [fc.integer({ min: 1, max: 1024 }), fc.integer({ min: 1, max: 2 ** 32 - 1 })] as const;
  fc.assert(
    fc.property(...place, fc.nat({ max: 2 ** 31 - 1 }), kind, (attempt, epoch, counter, one) => {
      const header = { attempt, epoch, counter, kind: one };
      const bytes = encodeDataHeader(header);
      const parts = splitDataFrame(new Uint8Array([...bytes, ...new Uint8Array(16)]));
      expect(parts.header).toEqual(header);
      expect(parts.clear).toEqual(bytes);
    }),
  );
});

test('a payload parser throws nothing but its own errors, for any JSON and any bytes', () => {
  const encoder = new TextEncoder();
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.json().map((text) => encoder.encode(text)),
    fc
      .record({
        id: fc.constant('0'.repeat(32)),
        kind,
        text: fc.anything(),
        action: fc.anything(),
        sentAt: fc.anything(),
      })
      .map((value) => {
        try {
          return encoder.encode(JSON.stringify(value));
        } catch {
          // BigInts and circles have no JSON.
          return encoder.encode('null');
        }
      }),
  );
  fc.assert(
    fc.property(kind, bytes, (one, body) => {
      try {
        const payload = decodePayload(one, body);
        expect(decodePayload(one, encodePayload(payload))).toEqual(payload);
      } catch (error) {
        if (!isOracleCallError(error)) throw error;
        expect(error.code).toMatch(/^ERR_DATA_(MALFORMED|TOO_LARGE)$/);
      }
    }),
    { numRuns: 400 },
  );
});

test('however frames of two epochs are dropped, repeated and reordered, each is delivered once and in order', async () => {
  const { sender } = dataEnds();
  const frames: Uint8Array[] = [];
  for (const number of [0, 1, 2]) frames.push(await sender.seal(chat(number)));
  sender.switchTo(keysAt(1, 2));
  for (const number of [3, 4, 5]) frames.push(await sender.seal(chat(number)));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 5 }), { maxLength: 20 }), async (order) => {
      const receiver = new DataReceiver('user-to-oracle');
      receiver.install(keysAt(1, 1));
      receiver.install(keysAt(1, 2));
      const heard: number[] = [];
      for (const number of order) {
        const said = saidBy(await receiver.open(frames[number] ?? new Uint8Array()));
        if (typeof said === 'number') heard.push(said);
        else expect(said).toBe('ERR_DATA_REPLAYED');
      }
      expect(heard).toEqual([...new Set(heard)].toSorted((a, b) => a - b));
      expect(heard.length).toBeGreaterThanOrEqual(Math.min(order.length, 1));
    }),
    { numRuns: 60 },
  );
});

/** An authentic sender that seals what is no payload: the frame counts, its content does not. */
test('content that is no payload, or of another kind than the header says, is refused although it opens', async () => {
  const keys = keysAt(1, 1);
  const key = await crypto.subtle.importKey('raw', keys.data['user-to-oracle'].expose(), 'AES-GCM', false, ['encrypt']);
  const { receiver, sender } = dataEnds();
  const bodies = ['{', 'null', JSON.stringify(chat(1)), JSON.stringify({ ...chat(1), extra: true })];
  for (const [counter, body] of bodies.entries()) {
    const clear = encodeDataHeader({ attempt: 1, epoch: 1, counter, kind: 'caption' });
    const algorithm = { name: 'AES-GCM', iv: dataNonce(counter), additionalData: clear };
    const sealed = await crypto.subtle.encrypt(algorithm, key, new TextEncoder().encode(body));
    const frame = new Uint8Array([...clear, ...new Uint8Array(sealed)]);
    expect(saidBy(await receiver.open(frame))).toBe('ERR_DATA_MALFORMED');
    expect(saidBy(await receiver.open(frame))).toBe('ERR_DATA_REPLAYED');
  }
  expect(saidBy(await receiver.open(await sender.seal(chat(2))))).toBe('ERR_DATA_REPLAYED');
});
