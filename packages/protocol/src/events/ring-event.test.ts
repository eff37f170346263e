import fc from 'fast-check';
import { expect, test } from 'vitest';
import vectors from '../../vectors/ring-events.json' with { type: 'json' };
import { parseCallId, parseMatrixEventId } from '../call-id.ts';
import { isOracleCallError } from '../errors/oracle-call-error.ts';
import { parseCallEvent } from './call-event.ts';
import { CALL_EVENT_TYPE } from './event-content.ts';
import {
  createRingAnswer,
  parseRingAnswer,
  RING_ANSWER_EVENT_TYPE,
  RING_ANSWER_STATUSES,
  tryReadRingAnswer,
} from './ring-answer.ts';
import {
  parseRingEvent,
  RING_CLOCK_SKEW_MS,
  RING_EVENT_MAX_LENGTH,
  RING_EVENT_TYPE,
  RING_REASON_MAX_LENGTH,
  ringOverAt,
} from './ring-event.ts';

const { base } = vectors.rings;
const ringEventId = parseMatrixEventId(vectors.answers.base.ringEventId);
const callId = parseCallId('$call@lk-room');

test('rings and their answers have types of their own, so that nobody takes one for a call', () => {
  expect(new Set([CALL_EVENT_TYPE, RING_EVENT_TYPE, RING_ANSWER_EVENT_TYPE]).size).toBe(3);
  expect(() => parseCallEvent(base)).toThrow(expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' }));
});

test('the parsers throw nothing but their own errors, whatever the content', () => {
  const almost = (content: object): fc.Arbitrary<unknown> =>
    fc.record(
      Object.fromEntries(
        Object.entries(content).map(([key, value]) => [key, fc.oneof(fc.constant(value), fc.jsonValue())]),
      ),
      { requiredKeys: [] },
    );
  const any = fc.oneof(fc.anything(), fc.jsonValue(), almost(base), almost(vectors.answers.base));
  fc.assert(
    fc.property(any, (content) => {
      for (const parse of [parseRingEvent, parseRingAnswer]) {
        try {
          parse(content);
        } catch (error) {
          expect(isOracleCallError(error)).toBe(true);
        }
      }
    }),
  );
});

test('a ring with every field at its bound is not too large', () => {
  const widest = {
    ...base,
    oracleDid: `did:web:${'a'.repeat(504)}`,
    userId: `@${'ä'.repeat(200)}:${'b'.repeat(200)}`,
    sessionId: 's'.repeat(128),
    reason: '"'.repeat(RING_REASON_MAX_LENGTH),
  };
  expect(parseRingEvent(widest)).toEqual(widest);
  expect(JSON.stringify(widest).length).toBeLessThan(RING_EVENT_MAX_LENGTH);
});

test('a ring is over when its lifetime has passed by the slowest clock that counts', () => {
  const { ringStartedAt, lifetimeMs } = parseRingEvent(base);
  expect(ringOverAt({ ringStartedAt, lifetimeMs })).toBe(Date.parse(ringStartedAt) + lifetimeMs + RING_CLOCK_SKEW_MS);
});

test.each(RING_ANSWER_STATUSES)('an answer %s that is made here is read here', (ringStatus) => {
  const answer = {
    ...{ ringEventId, ringStatus, answeredAt: '2026-01-02T03:04:15Z' },
    ...(ringStatus === 'accepted' ? { callId } : {}),
  };
  expect(parseRingAnswer(createRingAnswer(answer))).toEqual(answer);
});

test('an answer counts for the ring that relation and ciphertext both name, in its room', () => {
  const answer = { ringEventId, ringStatus: 'declined', answeredAt: '2026-01-02T03:04:15Z' } as const;
  const event = {
    matrixRoomId: '!room:localhost',
    content: createRingAnswer(answer),
    relation: { relType: 'm.reference', eventId: ringEventId },
  };
  const ring = { eventId: ringEventId, matrixRoomId: '!room:localhost' };
  expect(tryReadRingAnswer(event, ring)).toEqual(answer);
  const other = parseMatrixEventId('$another');
  for (const lie of [
    { ...event, matrixRoomId: '!another:localhost' },
    { ...event, relation: undefined },
    { ...event, relation: { relType: 'm.replace', eventId: ringEventId } },
    { ...event, relation: { relType: 'm.reference', eventId: other } },
    { ...event, content: createRingAnswer({ ...answer, ringEventId: other }) },
    { ...event, content: { ...event.content, ringStatus: 'ignored' } },
  ]) {
    expect(tryReadRingAnswer(lie, ring)).toBeUndefined();
  }
});
