import * as v from 'valibot';
import { expect, test } from 'vitest';
import { MEMORY_RECORD_MAX_BYTES } from '../memory/memory-record-size.ts';
import { API_PREFIX, ROUTES } from './routes.ts';
import * as schemas from './index.ts';

const callId = '$hVVBHB0rvbXnKDnLNEKLHZGWfGEPBTCIS3vLY0BRyCg@lk-0123456789abcdef0123456789abcdef';
const at = '2026-01-02T03:04:05.006Z';
const record = {
  callId,
  callType: 'audio',
  callStatus: 'active',
  callStartedAt: at,
  sessionId: 's-1',
  userDid: 'did:ixo:user123',
  oracleDid: 'did:ixo:oracle456',
};
const openIdToken = { access_token: 'tok_123', matrix_server_name: 'example.org:8448' };
const ticket = 'a'.repeat(43);

interface Case {
  readonly schema: v.GenericSchema;
  readonly good: Readonly<Record<string, unknown>>;
  readonly moreGood?: readonly object[];
  /** Each replaces fields of `good` and must be refused at exactly that path. */
  readonly bad: readonly (readonly [path: string, change: object])[];
}

const CASES: Readonly<Record<string, Case>> = {
  sessionRequest: {
    schema: schemas.sessionRequestSchema,
    good: { openIdToken },
    moreGood: [
      { openIdToken: { ...openIdToken, matrix_server_name: '[::1]:8448', token_type: 'Bearer', expires_in: 1 } },
    ],
    bad: [
      ['openIdToken', { openIdToken: undefined }],
      ['openIdToken', { openIdToken: 'tok_123' }],
      ['openIdToken.access_token', { openIdToken: { ...openIdToken, access_token: '' } }],
      ['openIdToken.access_token', { openIdToken: { ...openIdToken, access_token: 'a b' } }],
      ['openIdToken.access_token', { openIdToken: { ...openIdToken, access_token: 'a\r\nX-Injected: 1' } }],
      ['openIdToken.access_token', { openIdToken: { ...openIdToken, access_token: 'a'.repeat(4097) } }],
      ['openIdToken.matrix_server_name', { openIdToken: { ...openIdToken, matrix_server_name: 'example.org/path' } }],
      ['openIdToken.matrix_server_name', { openIdToken: { ...openIdToken, matrix_server_name: 'user@example.org' } }],
      ['openIdToken.matrix_server_name', { openIdToken: { ...openIdToken, matrix_server_name: '' } }],
    ],
  },
  sessionResponse: {
    schema: schemas.sessionResponseSchema,
    good: { sessionToken: 'abc', userId: '@user:example.org', expiresAt: at },
    bad: [
      ['sessionToken', { sessionToken: 'a b' }],
      ['userId', { userId: 'user' }],
      ['userId', { userId: '@user' }],
      ['expiresAt', { expiresAt: 5 }],
    ],
  },
  joinTokenRequest: {
    schema: schemas.joinTokenRequestSchema,
    good: { roomId: 'lk-1', oracleDid: 'did:ixo:oracle456' },
    bad: [
      ['roomId', { roomId: 'lk@1' }],
      ['roomId', { roomId: undefined }],
      ['roomId', { roomId: ['lk-1'] }],
      ['oracleDid', { oracleDid: 'oracle' }],
    ],
  },
  joinTokenResponse: {
    schema: schemas.joinTokenResponseSchema,
    good: { url: 'ws://127.0.0.1:7880', joinToken: 'a.b.c', identity: 'u_1', expiresAt: at },
    bad: [
      ['url', { url: 'no url' }],
      ['joinToken', { joinToken: '' }],
      ['identity', { identity: 'a b' }],
      ['identity', { identity: 'a'.repeat(65) }],
      ['expiresAt', { expiresAt: '2026-01-02' }],
    ],
  },
  callRecord: {
    schema: schemas.callRecordSchema,
    good: record,
    moreGood: [{ ...record, callStatus: 'ended', callEndedAt: at, endReason: 'hangup' }],
    bad: [
      ['callId', { callId: 'x' }],
      ['callType', { callType: 'fax' }],
      ['callStatus', { callStatus: 'ringing' }],
      ['callStartedAt', { callStartedAt: 'now' }],
      ['endReason', { endReason: 'bored' }],
      ['userDid', { userDid: 'user' }],
    ],
  },
  syncRequest: {
    schema: schemas.syncRequestSchema,
    good: { callId, sessionId: 's-1' },
    moreGood: [{}],
    bad: [
      ['callId', { callId: '$a' }],
      ['sessionId', { sessionId: 'a b' }],
    ],
  },
  keyResponse: {
    schema: schemas.keyResponseSchema,
    good: { encryptionKey: '04ab', userDid: 'did:ixo:user123', oracleDid: 'did:ixo:oracle456' },
    bad: [
      ['encryptionKey', { encryptionKey: '' }],
      ['encryptionKey', { encryptionKey: '04a' }],
      ['encryptionKey', { encryptionKey: '0x04' }],
      ['userDid', { userDid: undefined }],
    ],
  },
  updateRequest: {
    schema: schemas.updateRequestSchema,
    good: { callStatus: 'ended', endReason: 'invalid-authentication' },
    moreGood: [{ callStatus: 'ended' }],
    bad: [
      ['callStatus', { callStatus: 'over' }],
      ['callStatus', { callStatus: undefined }],
      ['endReason', { endReason: 'x' }],
    ],
  },
  callsQuery: {
    schema: schemas.callsQuerySchema,
    good: { sessionId: 's-1', status: 'ended', cursor: 'abc_-', limit: '100' },
    moreGood: [
      {},
      { limit: '1' },
      { callType: 'video', oracleDid: 'did:ixo:oracle456', since: at, until: at, search: "50%_o'" },
    ],
    bad: [
      ['status', { status: 'any' }],
      ['callType', { callType: 'fax' }],
      ['oracleDid', { oracleDid: 'oracle' }],
      ['since', { since: 'now' }],
      ['until', { until: '2026-01-02' }],
      ['search', { search: '' }],
      ['search', { search: 'é' }],
      ['search', { search: 'a'.repeat(101) }],
      ['cursor', { cursor: 'a b' }],
      ['cursor', { cursor: 'a'.repeat(257) }],
      ['limit', { limit: '0' }],
      ['limit', { limit: '101' }],
      ['limit', { limit: '-1' }],
      ['limit', { limit: '1e1' }],
      ['limit', { limit: '1000' }],
    ],
  },
  callsResponse: {
    schema: schemas.callsResponseSchema,
    good: { calls: [record], nextCursor: 'abc' },
    moreGood: [{ calls: [] }],
    bad: [
      ['calls', { calls: record }],
      ['calls.0.callId', { calls: [{ ...record, callId: 'x' }] }],
    ],
  },
  claimRequest: {
    schema: schemas.claimRequestSchema,
    good: { ticket, roomId: 'lk-1' },
    bad: [
      ['ticket', { ticket: 'short' }],
      ['ticket', { ticket: `${ticket}=` }],
      ['ticket', { ticket: 'a'.repeat(129) }],
      ['roomId', { roomId: '' }],
    ],
  },
  claimResponse: {
    schema: schemas.claimResponseSchema,
    good: { callId, callType: 'video', sessionId: 's-1', userIdentity: 'u_1' },
    moreGood: [{ callId, callType: 'audio', sessionId: 's-1', userIdentity: 'u_1', agentVoice: 'joe', language: 'en' }],
    bad: [
      ['callId', { callId: '' }],
      ['userIdentity', { userIdentity: '' }],
      ['callType', { callType: null }],
    ],
  },
  standbyRequest: {
    schema: schemas.standbyRequestSchema,
    good: { load: 0.25 },
    moreGood: [{ load: 0 }, { load: 1 }],
    bad: [
      ['load', { load: -0.1 }],
      ['load', { load: 1.1 }],
      ['load', { load: '0' }],
      ['load', { load: undefined }],
    ],
  },
  standbyResponse: {
    schema: schemas.standbyResponseSchema,
    good: { call: { ticket, roomId: 'lk-1' } },
    moreGood: [{}],
    bad: [
      ['call', { call: null }],
      ['call.ticket', { call: { ticket: 'short', roomId: 'lk-1' } }],
      ['call.roomId', { call: { ticket, roomId: '' } }],
    ],
  },
  ringRequest: {
    schema: schemas.ringRequestSchema,
    good: { userId: '@alice:example.org', callType: 'video', sessionId: 's-1', reason: 'Ready.', lifetimeMs: 5_000 },
    moreGood: [{ userId: '@alice:example.org', callType: 'audio' }],
    bad: [
      ['userId', { userId: 'alice' }],
      ['callType', { callType: 'fax' }],
      ['sessionId', { sessionId: 'a b' }],
      ['reason', { reason: '' }],
      ['reason', { reason: 'two\nlines' }],
      ['reason', { reason: '\ud800' }],
      ['reason', { reason: 'a'.repeat(201) }],
      ['lifetimeMs', { lifetimeMs: 4_999 }],
      ['lifetimeMs', { lifetimeMs: 120_001 }],
      ['lifetimeMs', { lifetimeMs: '45000' }],
    ],
  },
  ringRecord: {
    schema: schemas.ringRecordSchema,
    good: {
      ...{ ringId: '$ring', userId: '@alice:example.org', oracleDid: 'did:ixo:oracle456', callType: 'audio' },
      ...{ ringStatus: 'accepted', ringStartedAt: at, lifetimeMs: 45_000, ringEndedAt: at, callId },
    },
    bad: [
      ['ringId', { ringId: 'ring' }],
      ['ringStatus', { ringStatus: 'sending' }],
      ['ringStartedAt', { ringStartedAt: 'now' }],
      ['ringEndedAt', { ringEndedAt: 5 }],
      ['callId', { callId: '$a' }],
    ],
  },
  readyQuery: {
    schema: schemas.readyQuerySchema,
    good: { oracleDid: 'did:ixo:oracle456' },
    moreGood: [{}],
    bad: [['oracleDid', { oracleDid: 'oracle' }]],
  },
  readyResponse: {
    schema: schemas.readyResponseSchema,
    good: { status: 'ready', oracles: [{ oracleDid: 'did:ixo:oracle456', status: 'not-ready' }] },
    bad: [
      ['status', { status: 'not-ready' }],
      ['oracles', { oracles: undefined }],
      ['oracles.0.status', { oracles: [{ oracleDid: 'did:ixo:oracle456', status: 'away' }] }],
    ],
  },
  sfuOpenIdToken: {
    schema: schemas.sfuOpenIdTokenSchema,
    good: openIdToken,
    bad: [
      ['access_token', { access_token: 'a b' }],
      ['matrix_server_name', { matrix_server_name: 'example.org/path' }],
    ],
  },
  sfuGetRequest: {
    schema: schemas.sfuGetRequestSchema,
    good: { room: '!room:example.org', openid_token: openIdToken, device_id: 'DEVICE' },
    moreGood: [{ room: callId, openid_token: openIdToken, delay_id: '1' }],
    bad: [
      ['room', { room: 'a room' }],
      ['room', { room: 'a'.repeat(513) }],
      ['openid_token', { openid_token: undefined }],
      ['openid_token.access_token', { openid_token: { ...openIdToken, access_token: '' } }],
    ],
  },
  getTokenRequest: {
    schema: schemas.getTokenRequestSchema,
    good: {
      room_id: '!room:example.org',
      slot_id: 'm.call#ROOM',
      openid_token: openIdToken,
      member: { id: 'm-1', claimed_user_id: '@user:example.org', claimed_device_id: 'DEVICE' },
    },
    bad: [
      ['room_id', { room_id: '' }],
      ['slot_id', { slot_id: undefined }],
      ['openid_token.matrix_server_name', { openid_token: { ...openIdToken, matrix_server_name: '' } }],
      ['member', { member: null }],
      ['member.claimed_user_id', { member: { id: 'm-1', claimed_user_id: '', claimed_device_id: 'DEVICE' } }],
    ],
  },
  sfuTokenResponse: {
    schema: schemas.sfuTokenResponseSchema,
    good: { url: 'wss://sfu.example.org', jwt: 'a.b.c' },
    bad: [
      ['url', { url: 'sfu' }],
      ['jwt', { jwt: '' }],
    ],
  },
  keptMemory: {
    schema: schemas.keptMemorySchema,
    good: { record: 'AAEC_-', erasedAt: 0 },
    moreGood: [{ record: undefined, erasedAt: 1_767_323_045_006 }],
    bad: [
      ['record', { record: '' }],
      ['record', { record: 'not base64url!' }],
      ['record', { record: 'A'.repeat(Math.ceil((MEMORY_RECORD_MAX_BYTES * 4) / 3) + 1) }],
      ['erasedAt', { erasedAt: undefined }],
      ['erasedAt', { erasedAt: -1 }],
    ],
  },
  keepMemoryRequest: {
    schema: schemas.keepMemoryRequestSchema,
    good: { record: 'AAEC_-', erasedAt: 7 },
    bad: [
      ['record', { record: undefined }],
      ['record', { record: 'A'.repeat(Math.ceil((MEMORY_RECORD_MAX_BYTES * 4) / 3) + 1) }],
      ['erasedAt', { erasedAt: 0.5 }],
    ],
  },
  memoriesQuery: {
    schema: schemas.memoriesQuerySchema,
    good: { oracleDid: 'did:ixo:oracle456' },
    moreGood: [{ oracleDid: 'did:ixo:oracle456', sessionId: 's-1' }],
    bad: [
      ['oracleDid', { oracleDid: 'oracle456' }],
      ['sessionId', { sessionId: '' }],
    ],
  },
  memoriesResponse: {
    schema: schemas.memoriesResponseSchema,
    good: { memories: [{ sessionId: 's-1', keptAt: at }] },
    moreGood: [{ memories: [] }],
    bad: [
      ['memories', { memories: undefined }],
      ['memories.0.keptAt', { memories: [{ sessionId: 's-1', keptAt: 'yesterday' }] }],
    ],
  },
  erasedResponse: {
    schema: schemas.erasedResponseSchema,
    good: { erased: 0 },
    bad: [
      ['erased', { erased: -1 }],
      ['erased', { erased: '1' }],
    ],
  },
  matrixError: {
    schema: schemas.matrixErrorSchema,
    good: { errcode: 'M_FORBIDDEN', error: 'Not allowed.', code: 'ERR_AUTH_FORBIDDEN' },
    moreGood: [{ errcode: 'M_UNKNOWN', error: '', code: 'ERR_UPSTREAM_DRAINING', retry_after_ms: 2000 }],
    bad: [
      ['errcode', { errcode: 'FORBIDDEN' }],
      ['code', { code: undefined }],
      ['retry_after_ms', { retry_after_ms: '2' }],
    ],
  },
};

test('every request and response has its table', () => {
  const names = Object.keys(schemas).filter((name) => name.endsWith('Schema'));
  expect(names.toSorted()).toEqual(
    Object.keys(CASES)
      .map((name) => `${name}Schema`)
      .toSorted(),
  );
});

const goodRows = Object.entries(CASES).flatMap(([name, { schema, good, moreGood = [] }]) =>
  [good, ...moreGood].map((value) => ({ name, schema, value })),
);
test.each(goodRows)('$name accepts $value', ({ schema, value }) => {
  expect(v.safeParse(schema, value).success).toBe(true);
});

const badRows = Object.entries(CASES).flatMap(([name, { schema, good, bad }]) =>
  bad.map(([path, change]) => ({ name, schema, path, value: { ...good, ...change } })),
);
test.each(badRows)('$name refuses a bad $path: $value', ({ schema, path, value }) => {
  const { issues = [] } = v.safeParse(schema, value);
  expect(new Set(issues.map((issue) => v.getDotPath(issue)))).toEqual(new Set([path]));
});

test.each(Object.entries(CASES))('%s refuses what is no object', (_name, { schema }) => {
  for (const value of [null, undefined, 'text', 5]) expect(v.is(schema, value)).toBe(false);
});

test('unknown fields of a request do not reach the code', () => {
  const parsed = v.parse(schemas.updateRequestSchema, { callStatus: 'ended', userDid: 'did:ixo:mallory' });
  expect(parsed).toEqual({ callStatus: 'ended' });
});

test('the limit of a page arrives as a number', () => {
  expect(v.parse(schemas.callsQuerySchema, { limit: '7' })).toEqual({ limit: 7 });
});

test('routes are distinct, absolute, and never begin with the prefix under which they answer too', () => {
  const paths = Object.values(ROUTES);
  expect(new Set(paths).size).toBe(paths.length);
  for (const path of paths) {
    // MatrixRTC's own path has an underscore.
    expect(path).toMatch(/^(\/(:callId|:ringId|[a-z-]+)|\/get_token)+$/);
    expect(path.startsWith(API_PREFIX)).toBe(false);
  }
});
