import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSfuRoomName } from '@oracle-calls/protocol';
import { ApiKeys, ROTATION_OVERLAP_MAX_MS, ROTATION_OVERLAP_MS, stateOfApiKey } from '../api-keys/api-keys.ts';
import { RETENTION_DEFAULTS } from '../store/pruning.ts';
import {
  AGENT_KEY,
  ALICE,
  expectProblem,
  FOREIGN_AGENT_KEY,
  ORACLE_DID,
  OTHER_ORACLE_DID,
  TestBackend,
} from './test-backend.ts';

let backend: TestBackend;
let keys: ApiKeys;
beforeEach(async () => {
  backend = await TestBackend.start();
  keys = new ApiKeys({ store: backend.backend.store, clock: backend.clock });
});
afterEach(() => backend[Symbol.asyncDispose]());

const audit = () => backend.backend.store.audit.list({ limit: 100 });

test('a key that was just made works at once, is 256 random bits, and only its hash is stored', async () => {
  const { callId } = await backend.placeCall();
  const { id, secret, oracleDid } = await keys.create(ORACLE_DID);
  expect(secret.expose()).toMatch(/^oca_[A-Za-z0-9_-]{43}$/);
  expect(oracleDid).toBe(ORACLE_DID);
  expect((await backend.key(callId, secret.expose())).status).toBe(200);
  const [stored] = await keys.list();
  expect(stored).toMatchObject({ id, sha256: createHash('sha256').update(secret.expose()).digest('hex') });
  expect(backend.databaseBytes()).not.toContain(secret.expose());
  expect(backend.logLines.join('\n')).not.toContain(secret.expose());
  const other = await keys.create(ORACLE_DID);
  expect(other.secret.expose()).not.toBe(secret.expose());
  expect(other.id).not.toBe(id);
});

test('one backend holds keys of several oracles, and each is good for its own only', async () => {
  const call = await backend.placeCall();
  await backend.joinBoth(ALICE, call.sfuRoomName);
  const foreign = (await keys.create(OTHER_ORACLE_DID)).secret.expose();
  expectProblem(await backend.key(call.callId, foreign), 403, 'ERR_AUTH_FORBIDDEN');
  expectProblem(
    await backend.claim(call.sfuRoomName, backend.ticketOf(call.sfuRoomName), foreign),
    403,
    'ERR_CALL_TICKET',
  );
  const end = { callStatus: 'ended', endReason: 'completed' };
  expectProblem(await backend.update(call, foreign, end), 403, 'ERR_AUTH_FORBIDDEN');
  expect(await backend.statusOf(call)).toBe('pending');
  expect((await keys.list(OTHER_ORACLE_DID)).map((key) => key.oracleDid)).toEqual([OTHER_ORACLE_DID]);
});

test('a rotated key stays good for the overlap, and the new one is good at once', async () => {
  const { callId } = await backend.placeCall();
  const old = await keys.create(ORACLE_DID);
  const fresh = await keys.rotate(old.id);
  expect(fresh.oracleDid).toBe(ORACLE_DID);
  await backend.clock.advance(ROTATION_OVERLAP_MS - 1);
  expect(await backend.backend.authenticator.authenticate(`Bearer ${old.secret.expose()}`)).toMatchObject({
    keyId: old.id,
  });
  await backend.clock.advance(1);
  expectProblem(await backend.key(callId, old.secret.expose()), 401, 'ERR_AUTH_INVALID');
  expect(await backend.backend.authenticator.authenticate(`Bearer ${fresh.secret.expose()}`)).toMatchObject({
    keyId: fresh.id,
  });
  const [first, second] = await keys.list();
  expect(first).toMatchObject({ id: old.id, replacedBy: fresh.id });
  expect(first && stateOfApiKey(first, backend.clock.now())).toBe('expired');
  expect(second && stateOfApiKey(second, backend.clock.now())).toBe('good');
});

test('an overlap may be nothing, and no longer than a month', async () => {
  const { callId } = await backend.placeCall();
  const old = await keys.create(ORACLE_DID);
  for (const overlapMs of [-1, ROTATION_OVERLAP_MAX_MS + 1, Number.NaN]) {
    await expect(keys.rotate(old.id, overlapMs)).rejects.toThrow(RangeError);
  }
  await keys.rotate(old.id, 0);
  expectProblem(await backend.key(callId, old.secret.expose()), 401, 'ERR_AUTH_INVALID');
});

test('a revoked key is worthless at once, over a restart too', async () => {
  const { callId } = await backend.placeCall();
  const { id, secret } = await keys.create(ORACLE_DID);
  expect((await backend.key(callId, secret.expose())).status).toBe(200);
  await keys.revoke(id);
  expectProblem(await backend.key(callId, secret.expose()), 401, 'ERR_AUTH_INVALID');
  await backend.restart();
  expectProblem(await backend.key(callId, secret.expose()), 401, 'ERR_AUTH_INVALID');
  expect((await backend.key(callId, AGENT_KEY)).status).toBe(200);
});

test('a key that is unknown, revoked or rotated cannot be rotated, nor revoked twice', async () => {
  const unknown = { code: 'ERR_CLI_API_KEY' };
  await expect(keys.rotate('key-0')).rejects.toMatchObject(unknown);
  await expect(keys.revoke('key-0')).rejects.toMatchObject(unknown);
  const { id } = await keys.create(ORACLE_DID);
  await keys.rotate(id);
  await expect(keys.rotate(id)).rejects.toMatchObject(unknown);
  await keys.revoke(id);
  await expect(keys.revoke(id)).rejects.toMatchObject(unknown);
  expect(await keys.list()).toHaveLength(2);
});

test('the audit log has every making, rotation and revocation of a key', async () => {
  const old = await keys.create(ORACLE_DID);
  const fresh = await keys.rotate(old.id);
  await keys.revoke(fresh.id);
  const at = backend.clock.now();
  expect(await audit()).toMatchObject([
    { at, action: 'api-key-create', keyId: old.id, oracleDid: ORACLE_DID, address: undefined },
    { at, action: 'api-key-rotate', keyId: old.id },
    { at, action: 'api-key-create', keyId: fresh.id },
    { at, action: 'api-key-revoke', keyId: fresh.id },
  ]);
});

test('the audit log has every release and claim, and every refusal of one, with whose key and from where', async () => {
  const call = await backend.placeCall();
  await backend.joinBoth(ALICE, call.sfuRoomName);
  const ticket = backend.ticketOf(call.sfuRoomName);
  const peer = '203.0.113.5';
  const claim = (token: string) =>
    backend.request('POST', '/agent/claim', { token, peer, json: { ticket, roomId: call.sfuRoomName } });
  const key = (token: string, callId: string = call.callId) =>
    backend.request('POST', `/calls/${callId}/key`, { token, peer });
  await claim(FOREIGN_AGENT_KEY);
  await claim(AGENT_KEY);
  await claim(AGENT_KEY);
  await key(AGENT_KEY);
  await key(FOREIGN_AGENT_KEY);
  await key(AGENT_KEY, call.callId.replace(call.sfuRoomName, createSfuRoomName()));
  const { callId, sfuRoomName } = call;
  const own = { keyId: 'agent-1', oracleDid: ORACLE_DID, address: peer };
  const foreign = { keyId: 'foreign', oracleDid: OTHER_ORACLE_DID, address: peer };
  expect(await audit()).toMatchObject([
    { action: 'call-claim', sfuRoomName, ...foreign, code: 'ERR_CALL_TICKET' },
    { action: 'call-claim', sfuRoomName, ...own, code: undefined },
    // The event is fresh: the claim brought the key along.
    { action: 'key-release', callId, ...own, code: undefined },
    { action: 'call-claim', sfuRoomName, ...own, code: 'ERR_CALL_TICKET' },
    { action: 'key-release', callId, ...own, code: undefined },
    { action: 'key-release', callId, ...foreign, code: 'ERR_AUTH_FORBIDDEN' },
    { action: 'key-release', ...own, code: 'ERR_CALL_NOT_FOUND' },
  ]);
  const bytes = backend.databaseBytes();
  expect(bytes).not.toContain(String(call.content['encryptionKey']));
  for (const secret of [ticket, AGENT_KEY, FOREIGN_AGENT_KEY]) expect(bytes).not.toContain(secret);
});

test('an envelope whose release cannot be written down is not released', async () => {
  const { callId } = await backend.placeCall();
  backend.backend.store.audit.add = () => Promise.reject(new Error('disk full'));
  const answer = await backend.key(callId);
  expectProblem(answer, 500, 'ERR_INTERNAL');
});

test('an agent that goes away while it waits is in the audit log as refused', async () => {
  const { callId } = backend.prepareCall();
  const gone = new AbortController();
  const timers = backend.clock.pendingTimers;
  const answer = backend.request('GET', `/calls/${callId}/key`, { token: AGENT_KEY, signal: gone.signal });
  await backend.untilWaiting(timers);
  gone.abort(new Error('gone'));
  await answer;
  expect(await audit()).toMatchObject([{ action: 'key-release', callId, code: 'ERR_UPSTREAM_BUSY' }]);
});

test('old entries of the audit log are forgotten, and the latest are listed', async () => {
  const { callId } = await backend.placeCall({}, {});
  await backend.key(callId);
  await backend.clock.advance(1_000);
  const since = backend.clock.now();
  await backend.key(callId, `${AGENT_KEY}-2`);
  const { store } = backend.backend;
  expect(await store.audit.list({ since, limit: 10 })).toMatchObject([{ keyId: 'agent-2' }]);
  expect(await store.audit.list({ limit: 1 })).toMatchObject([{ keyId: 'agent-2' }]);
  await store.audit.prune(since);
  expect(await audit()).toMatchObject([{ keyId: 'agent-2' }]);
  await backend.pass(RETENTION_DEFAULTS.auditDays * 24 * 60 * 60_000 + 60 * 60_000);
  expect(await audit()).toEqual([]);
});
