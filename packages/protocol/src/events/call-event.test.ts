import fc from 'fast-check';
import { expect, test } from 'vitest';
import vectors from '../../vectors/call-events.json' with { type: 'json' };
import { isOracleCallError } from '../errors/oracle-call-error.ts';
import { isCallAnswer, parseCallAnswer } from './call-answer.ts';
import { type CallEventContent, findForbiddenEdit, IMMUTABLE_CALL_FIELDS, parseCallEvent } from './call-event.ts';

const first = parseCallEvent(vectors.calls.base);
const callId = vectors.answers.base.callId;
const edit = (change: object): CallEventContent => parseCallEvent({ ...first, callId, ...change });

test('all problems of a content are reported together, by field and without values', () => {
  const secret = 'canary-7f3a';
  const parse = () => parseCallEvent({ ...first, callType: secret, roomId: `${secret}@`, encryptionKey: secret });
  expect(parse).toThrow(expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' }));
  try {
    parse();
  } catch (error) {
    if (!isOracleCallError(error)) throw error;
    const issues = error.details['issues'] as readonly string[];
    expect(issues.map((issue) => issue.split(':')[0])).toEqual(['callType', 'encryptionKey', 'roomId']);
    expect(JSON.stringify([error.message, error.details])).not.toContain(secret);
  }
});

test('a content that cannot be JSON is malformed', () => {
  const loop: Record<string, unknown> = { ...first };
  loop['self'] = loop;
  expect(() => parseCallEvent(loop)).toThrow(expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' }));
  expect(() => parseCallEvent({ ...first, n: 1n })).toThrow(
    expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' }),
  );
});

test('the parsers throw nothing but their own errors, whatever the content', () => {
  const almost = fc.record(
    Object.fromEntries(
      Object.entries(first).map(([key, value]) => [key, fc.oneof(fc.constant(value), fc.jsonValue())]),
    ),
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.jsonValue(), almost), (content) => {
      for (const parse of [parseCallEvent, parseCallAnswer]) {
        try {
          parse(content);
        } catch (error) {
          expect(isOracleCallError(error)).toBe(true);
        }
      }
    }),
  );
});

test('what was parsed parses to itself', () => {
  for (const content of [first, edit({}), edit({ callStatus: 'ended', endReason: 'hangup' })]) {
    expect(parseCallEvent(JSON.parse(JSON.stringify(content)))).toEqual(content);
  }
});

test('an edit may add the call id and move the status', () => {
  expect(findForbiddenEdit(first, edit({}))).toBeUndefined();
  expect(findForbiddenEdit(first, edit({ callStatus: 'active' }))).toBeUndefined();
  const ended = edit({ callStatus: 'ended', callEndedAt: '2026-01-02T04:00:00Z', endReason: 'completed' });
  expect(findForbiddenEdit(first, ended)).toBeUndefined();
});

const forbidden = {
  callType: 'video',
  callStartedAt: '2026-01-02T03:04:05.007Z',
  encryptionKey: '0400',
  sessionId: 'another',
  roomId: 'lk-another',
  userDid: 'did:ixo:mallory',
  oracleDid: 'did:ixo:false-oracle',
} as const satisfies Record<(typeof IMMUTABLE_CALL_FIELDS)[number], string>;

test.each(IMMUTABLE_CALL_FIELDS.map((field) => [field]))('an edit that changes %s is named', (field) => {
  expect(findForbiddenEdit(first, edit({ [field]: forbidden[field] }))).toBe(field);
});

test('only content without a sealed key looks like an answer', () => {
  expect(isCallAnswer(vectors.answers.base)).toBe(true);
  expect(isCallAnswer(first)).toBe(false);
  expect(isCallAnswer(null)).toBe(false);
  expect(isCallAnswer('text')).toBe(false);
});

test("the diagram's names of three fields are read as the table's, which count where both stand", () => {
  const { callType: type, callStatus: status, encryptionKey: encryptedKey, ...rest } = first;
  const spelled = { ...rest, type, status, encryptedKey };
  expect(parseCallEvent(spelled)).toEqual(first);
  expect(isCallAnswer(spelled)).toBe(false);
  expect(parseCallEvent({ ...first, type: 'video', status: 'ended', encryptedKey: 'ab' })).toEqual(first);
  expect(() => parseCallEvent({ ...spelled, type: 'telepathy' })).toThrow(
    expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' }),
  );
});
