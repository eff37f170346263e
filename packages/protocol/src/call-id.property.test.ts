import fc from 'fast-check';
import { expect, test } from 'vitest';
import { callIdParts, createCallId, parseCallId, parseMatrixEventId, parseSfuRoomName } from './call-id.ts';
import { isOracleCallError } from './errors/oracle-call-error.ts';

const letters = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789');
const word = (maxLength: number, minLength = 0): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...letters, '_', '-'), minLength, maxLength });
const eventIds = word(128, 1).map((text) => parseMatrixEventId(`$${text}`));
const roomNames = fc.tuple(fc.constantFrom(...letters), word(63)).map((parts) => parseSfuRoomName(parts.join('')));

test('taking a call id apart and putting it together is the identity', () => {
  fc.assert(
    fc.property(eventIds, roomNames, (eventId, sfuRoomName) => {
      const callId = createCallId(eventId, sfuRoomName);
      expect(parseCallId(callId)).toBe(callId);
      expect(callIdParts(callId)).toEqual({ eventId, sfuRoomName });
    }),
  );
});

test('a call id stands unescaped in a path segment and survives decoding', () => {
  fc.assert(
    fc.property(eventIds, roomNames, (eventId, sfuRoomName) => {
      const callId = createCallId(eventId, sfuRoomName);
      expect(callId).toMatch(/^[A-Za-z0-9._~!$&'()*+,;=:@-]+$/);
      expect(decodeURIComponent(callId)).toBe(callId);
    }),
  );
});

test('parsing throws nothing but its own error, and accepts only what it can give back', () => {
  const nearly = fc.tuple(fc.string(), fc.string()).map(([left, right]) => `$${left}@${right}`);
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.string(), nearly), (text) => {
      try {
        const { eventId, sfuRoomName } = callIdParts(parseCallId(text));
        expect(`${eventId}@${sfuRoomName}`).toBe(text);
      } catch (error) {
        expect(isOracleCallError(error) && error.code).toBe('ERR_PROTOCOL_CALL_ID');
      }
    }),
  );
});

test('a call id with one character put in elsewhere is refused', () => {
  fc.assert(
    fc.property(
      eventIds,
      roomNames,
      fc.nat(),
      fc.constantFrom(...Array.from(' /?#%@:\\"<>\n\u0000é')),
      (eventId, room, at, odd) => {
        const callId = createCallId(eventId, room);
        const index = at % (callId.length + 1);
        expect(() => parseCallId(callId.slice(0, index) + odd + callId.slice(index))).toThrow(
          expect.objectContaining({ code: 'ERR_PROTOCOL_CALL_ID' }),
        );
      },
    ),
  );
});
