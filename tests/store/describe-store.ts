import { openStore, type Store } from '@oracle-calls/backend/operator';
import { parseDid, parseMatrixEventId } from '@oracle-calls/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ALICE, finishedCall, MALLORY, NOON, newCall, ORACLE_DID, roomRequest } from './store-facts.ts';
import type { TestDatabase, TestServer } from './test-database.ts';

const eventId = (letter: string): ReturnType<typeof parseMatrixEventId> => parseMatrixEventId(`$${letter.repeat(43)}`);
const operator = { kind: 'operator' } as const;

/** Tables that know calls; none may know a deleted one. */
const CALL_TABLES = [
  'calls',
  'answers',
  'sfu_rooms',
  'agent_refusals',
  'refused_events',
  'audit_log',
  'deleted_names',
  'rings',
];

/** What the store promises, whatever is below. */
export function describeStore(server: TestServer): void {
  describe(`the store on ${server.kind}`, () => {
    let database: TestDatabase;
    let store: Store;
    beforeEach(async () => {
      database = await server.createDatabase();
      store = await openStore(database.location);
    });
    afterEach(async () => {
      await store.close();
      await database[Symbol.asyncDispose]();
    });

    /** Every row of every table that knows calls, as text. */
    const everything = async (): Promise<string> =>
      JSON.stringify(
        await Promise.all(CALL_TABLES.map((table) => database.rows(`select * from ${table}`))),
        (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value),
      );

    test('a call comes back as it was accepted, with its instants as numbers', async () => {
      const call = newCall({ agentVoice: 'joe', language: 'en-GB' });
      expect(await store.calls.accept(call)).toBe('accepted');
      const expected = { ...call, seq: 1, callStatus: 'pending', endedAt: undefined, endReason: undefined };
      expect(await store.calls.findById(call.callId)).toEqual(expected);
      expect(await store.calls.findByEventId(call.eventId)).toEqual(expected);
      expect(await store.calls.findBySfuRoomName(call.sfuRoomName)).toEqual(expected);
      expect(await store.calls.findByEventId(eventId('x'))).toBeUndefined();
    });

    test('an event, room or envelope that is taken makes no second call', async () => {
      const call = newCall();
      await store.calls.accept(call);
      expect(await store.calls.accept(call)).toBe('known');
      const { sfuRoomName, envelopeSha256 } = call;
      expect(await store.calls.accept(newCall({ sfuRoomName }))).toBe('replayed');
      expect(await store.calls.accept(newCall({ envelopeSha256 }))).toBe('replayed');
      const room = roomRequest({ asker: MALLORY });
      await store.sfuRooms.ask(room);
      expect(await store.calls.accept(newCall({ sfuRoomName: room.name }))).toBe('replayed');
      expect(await store.calls.listLive()).toHaveLength(1);
    });

    test('names differ by case', async () => {
      const call = newCall({ eventId: eventId('a') });
      await store.calls.accept(call);
      expect(await store.calls.accept(newCall({ eventId: eventId('A') }))).toBe('accepted');
      expect(await store.credentials.useOpenIdToken('token', NOON)).toBe(true);
      expect(await store.credentials.useOpenIdToken('TOKEN', NOON)).toBe(true);
    });

    test('a call moves forward once, and each step owes one answer', async () => {
      const call = newCall();
      await store.calls.accept(call);
      expect(await store.calls.activate(call.callId, NOON + 1)).toBe(true);
      expect(await store.calls.activate(call.callId, NOON + 2)).toBe(false);
      const end = { endReason: 'hangup', endedAt: NOON + 3, isAnswered: true } as const;
      expect(await store.calls.end(call.callId, end)).toBe(true);
      expect(await store.calls.end(call.callId, { ...end, endReason: 'timeout' } as never)).toBe(false);
      expect(await store.calls.findById(call.callId)).toMatchObject({ endReason: 'hangup', endedAt: NOON + 3 });
      const due = [
        { callId: call.callId, callStatus: 'active' as const },
        { callId: call.callId, callStatus: 'ended' as const },
      ];
      expect(await store.answers.listDue()).toEqual(due);
      await store.answers.markSent(due[0] ?? expect.unreachable(), eventId('r'));
      expect(await store.answers.listDue(call.callId)).toEqual(due.slice(1));
      expect(await store.calls.listLive()).toEqual([]);
    });

    test('pages of calls follow each other, newest first, with equal times in order', async () => {
      const placed = [];
      for (const startedAt of [NOON, NOON, NOON + 5, NOON + 5, NOON + 9]) {
        const call = newCall({ startedAt });
        await store.calls.accept(call);
        placed.unshift(call.callId);
      }
      await store.calls.accept(newCall({ matrixUserId: MALLORY }));
      const seen: string[] = [];
      for (let after: { startedAt: number; seq: number } | undefined; ;) {
        const page = await store.calls.list({ matrixUserId: ALICE, after, limit: 2 });
        seen.push(...page.map(({ callId }) => callId));
        after = page.at(-1);
        if (after === undefined) break;
      }
      expect(seen).toEqual(placed);
      expect(await store.calls.list({ limit: 10 })).toHaveLength(6);
    });

    test('calls are found by everything that a filter names, and text in any case', async () => {
      const first = newCall({ sessionId: 'Holiday-50%_off', callType: 'video', agentVoice: 'Joe' });
      const second = newCall({ sessionId: 'work', startedAt: NOON + 1_000, language: 'de' });
      for (const call of [first, second]) await store.calls.accept(call);
      await store.calls.end(second.callId, { endReason: 'hangup', endedAt: NOON + 2_000, isAnswered: false });
      const found = async (filter: object): Promise<string[]> =>
        (await store.calls.list({ limit: 10, ...filter })).map(({ callId }) => callId);
      for (const filter of [
        { search: 'holiday' },
        { search: 'HOLIDAY-50%_O' },
        { search: 'joe' },
        { callType: 'video' },
        { until: NOON + 1_000 },
        { status: 'pending' },
        { sessionId: first.sessionId },
      ]) {
        expect(await found(filter), JSON.stringify(filter)).toEqual([first.callId]);
      }
      for (const filter of [{ search: 'HANGUP' }, { search: 'De', status: 'ended' }, { since: NOON + 1 }]) {
        expect(await found(filter), JSON.stringify(filter)).toEqual([second.callId]);
      }
      expect(await found({ oracleDid: ORACLE_DID, search: 'ORACLE456' })).toHaveLength(2);
      // What a pattern would mean is text here.
      for (const search of ['50__off', 'h%y', '\\', "' or 1=1 --"]) expect(await found({ search }), search).toEqual([]);
    });

    test('a room is its first asker’s, or its call’s sender’s, and few are open at once', async () => {
      const room = roomRequest();
      expect(await store.sfuRooms.ask(room)).toMatchObject({ owner: ALICE, ticketSha256: room.ticketSha256 });
      const stolen = roomRequest({ name: room.name, asker: MALLORY });
      expect(await store.sfuRooms.ask(stolen)).toMatchObject({ owner: ALICE, userIdentity: room.userIdentity });
      const call = newCall();
      await store.calls.accept(call);
      expect(await store.sfuRooms.ask(roomRequest({ name: call.sfuRoomName, asker: MALLORY }))).toMatchObject({
        owner: ALICE,
      });
      await store.sfuRooms.ask(roomRequest());
      expect(await store.sfuRooms.ask(roomRequest())).toBe('too-many-open');
      await store.sfuRooms.markClosed(room.name, NOON + 1);
      expect(await store.sfuRooms.ask(roomRequest())).toMatchObject({ owner: ALICE, closedAt: undefined });
      expect(await store.sfuRooms.listUnclosed()).toHaveLength(3);
      await store.sfuRooms.prune(NOON + 2);
      expect(await store.sfuRooms.find(room.name)).toBeUndefined();
    });

    test('a ticket works once, only for its room, and not when another took its place', async () => {
      const room = roomRequest();
      await store.sfuRooms.ask(room);
      expect(await store.sfuRooms.useTicket(room.name, 'wrong', NOON)).toBe(false);
      await store.sfuRooms.replaceTicket(room.name, 'second');
      expect(await store.sfuRooms.useTicket(room.name, room.ticketSha256, NOON)).toBe(false);
      expect(await store.sfuRooms.useTicket(room.name, 'second', NOON)).toBe(true);
      expect(await store.sfuRooms.useTicket(room.name, 'second', NOON)).toBe(false);
      expect(await store.sfuRooms.replaceAgent(room.name, 'third', 1)).toBe(false);
      await store.sfuRooms.markOpened(room.name, NOON);
      expect(await store.sfuRooms.replaceAgent(room.name, 'third', 1)).toBe(true);
      expect(await store.sfuRooms.replaceAgent(room.name, 'fourth', 1)).toBe(false);
      expect(await store.sfuRooms.useTicket(room.name, 'third', NOON)).toBe(true);
    });

    test('sessions, tokens, webhooks and refused events are remembered until they are pruned', async () => {
      const { credentials, notices } = store;
      await credentials.addSession('s', { userId: ALICE, expiresAt: NOON });
      expect(await credentials.findSession('s')).toEqual({ userId: ALICE, expiresAt: NOON });
      expect(await credentials.useOpenIdToken('t', NOON)).toBe(true);
      expect(await credentials.useOpenIdToken('t', NOON)).toBe(false);
      expect(await credentials.isOpenIdTokenUsed('t')).toBe(true);
      expect(await notices.addWebhook('w', NOON)).toBe(true);
      expect(await notices.addWebhook('w', NOON)).toBe(false);
      await notices.refuseEvent(eventId('e'), { sender: MALLORY, code: 'ERR_CALL_CLOCK' }, NOON);
      await notices.refuseEvent(eventId('e'), { sender: MALLORY, code: 'ERR_CALL_REPLAYED' }, NOON);
      expect(await notices.findRefusedEvent(eventId('e'))).toEqual({ sender: MALLORY, code: 'ERR_CALL_CLOCK' });
      const prune = (before: number): Promise<void> =>
        notices.prune({ sessionsBefore: before, openIdTokensBefore: before, noticesBefore: before });
      await prune(NOON);
      expect(await credentials.isOpenIdTokenUsed('t')).toBe(true);
      await prune(NOON + 1);
      expect(await credentials.findSession('s')).toBeUndefined();
      expect(await credentials.isOpenIdTokenUsed('t')).toBe(false);
      expect(await notices.findRefusedEvent(eventId('e'))).toBeUndefined();
      expect(await notices.addWebhook('w', NOON)).toBe(true);
      await notices.removeWebhook('w');
      expect(await notices.addWebhook('w', NOON)).toBe(true);
    });

    test('API keys are added, rotated and revoked, and the audit log is read latest last', async () => {
      const { apiKeys, audit } = store;
      await apiKeys.add({ id: 'one', oracleDid: ORACLE_DID, sha256: 'a', createdAt: NOON });
      expect(await apiKeys.replace('none', { id: 'x', sha256: 'x', createdAt: NOON }, NOON)).toBeUndefined();
      expect(await apiKeys.replace('one', { id: 'two', sha256: 'b', createdAt: NOON }, NOON + 10)).toBe(ORACLE_DID);
      expect((await apiKeys.listGood(NOON)).map(({ id }) => id).toSorted()).toEqual(['one', 'two']);
      expect((await apiKeys.listGood(NOON + 10)).map(({ id }) => id)).toEqual(['two']);
      expect(await apiKeys.revoke('two', NOON)).toBe(ORACLE_DID);
      expect(await apiKeys.revoke('two', NOON)).toBeUndefined();
      expect(await apiKeys.list(ORACLE_DID)).toMatchObject([{ id: 'one', replacedBy: 'two' }, { revokedAt: NOON }]);
      for (const at of [NOON, NOON + 1, NOON + 2])
        await audit.add({ at, action: 'api-key-create', keyId: String(at - NOON) });
      expect((await audit.list({ limit: 2 })).map(({ keyId }) => keyId)).toEqual(['1', '2']);
      expect(await audit.list({ since: NOON + 2, limit: 9 })).toHaveLength(1);
      await audit.prune(NOON + 1);
      expect(await audit.list({ limit: 9 })).toHaveLength(2);
    });

    test('a memory is kept, erased and forgotten, each for its own session, user and oracle', async () => {
      const { memories } = store;
      const call = newCall({ sessionId: 's-1' });
      const others = [{ matrixUserId: MALLORY }, { sessionId: 's-2' }, { oracleDid: parseDid('did:ixo:another') }];
      expect(await memories.find(call)).toBeUndefined();
      expect(await memories.keep(call, { record: 'one', erasedAt: 0 }, NOON)).toBe(true);
      expect(await memories.keep(call, { record: 'two', erasedAt: 0 }, NOON + 1)).toBe(true);
      expect(await memories.find(call)).toEqual({ record: 'two', erasedAt: 0 });
      for (const other of others) expect(await memories.find({ ...call, ...other })).toBeUndefined();
      expect(await memories.list(call.oracleDid, ALICE)).toEqual([{ sessionId: 's-1', keptAt: NOON + 1 }]);
      expect(await memories.list(call.oracleDid, MALLORY)).toEqual([]);
      const { oracleDid } = call;
      const erasure = { oracleDid, matrixUserId: ALICE, now: NOON + 5, callsEndedAfter: NOON };
      expect(await memories.erase({ ...erasure, matrixUserId: MALLORY })).toBe(0);
      expect(await memories.erase({ ...erasure, sessionId: 's-2' })).toBe(0);
      expect(await memories.erase(erasure)).toBe(1);
      expect(await memories.find(call)).toEqual({ erasedAt: NOON + 5 });
      expect(await memories.keep(call, { record: 'back', erasedAt: 0 }, NOON + 6)).toBe(false);
      expect(await memories.keep(call, { record: 'new', erasedAt: NOON + 5 }, NOON + 6)).toBe(true);
      expect(await memories.keep({ ...call, matrixUserId: MALLORY }, { record: 'other', erasedAt: 0 }, NOON + 6)).toBe(
        true,
      );
      expect(await memories.deleteAccount(MALLORY, NOON + 6)).toBe(1);
      expect(await memories.prune(NOON + 6)).toBe(0);
      expect(await memories.prune(NOON + 7)).toBe(1);
      expect(await database.rows('select * from memories')).toEqual([]);
    });

    test('an erasure is told to calls under way and to those that have just ended, though nothing was kept', async () => {
      const { memories } = store;
      const [live, late, over] = [
        newCall({ sessionId: 'a' }),
        newCall({ sessionId: 'b' }),
        newCall({ sessionId: 'c' }),
      ];
      for (const call of [live, late, over]) await store.calls.accept(call);
      const end = { endReason: 'hangup', isAnswered: true } as const;
      await store.calls.end(late.callId, { ...end, endedAt: NOON + 10 });
      await store.calls.end(over.callId, { ...end, endedAt: NOON + 9 });
      const { oracleDid } = live;
      await memories.erase({ oracleDid, matrixUserId: ALICE, now: NOON + 20, callsEndedAfter: NOON + 9 });
      expect(await memories.find(live)).toEqual({ erasedAt: NOON + 20 });
      expect(await memories.find(late)).toEqual({ erasedAt: NOON + 20 });
      expect(await memories.find(over)).toBeUndefined();
    });

    test('all of an account is deleted for good: a call under way that holds it does not bring it back', async () => {
      const { memories } = store;
      const record = { record: 'sealed', erasedAt: 0 };
      const [live, over] = [newCall({ sessionId: 'a' }), newCall({ sessionId: 'b' })];
      for (const call of [live, over]) await store.calls.accept(call);
      for (const call of [live, over]) expect(await memories.keep(call, record, NOON)).toBe(true);
      await store.calls.end(over.callId, { endReason: 'hangup', isAnswered: true, endedAt: NOON + 9 });
      const longAfter = NOON + 3_600_000;
      expect(await memories.deleteAccount(ALICE, longAfter)).toBe(2);
      expect(await memories.keep(live, record, longAfter + 1)).toBe(false);
      expect([await memories.find(live), await memories.find(over)]).toEqual([{ erasedAt: longAfter }, undefined]);
    });

    test('a failed transaction leaves nothing', async () => {
      const key = { id: 'one', oracleDid: ORACLE_DID, sha256: 'a', createdAt: NOON };
      await store.apiKeys.add(key);
      // The same hash twice: the old key must not be left rotated.
      await expect(store.apiKeys.replace('one', { id: 'two', sha256: 'a', createdAt: NOON }, NOON)).rejects.toThrow();
      expect(await store.apiKeys.list()).toMatchObject([{ id: 'one', replacedBy: undefined }]);
    });

    test('a deleted call is gone from every table; the audit log keeps that a key was given, not for which call', async () => {
      const [call, other] = [await finishedCall(store), await finishedCall(store)];
      const before = await everything();
      for (const name of [call.callId, call.eventId, call.sfuRoomName, call.envelopeSha256])
        expect(before).toContain(name);
      expect(await store.deletion.delete(call.callId, { kind: 'user', userId: ALICE }, NOON)).toBe('deleted');
      const after = await everything();
      for (const name of [call.callId, call.eventId, call.sfuRoomName, call.envelopeSha256])
        expect(after).not.toContain(name);
      for (const name of [other.callId, other.sfuRoomName]) expect(after).toContain(name);
      expect(
        (await store.audit.list({ limit: 10 })).map(({ action, callId }) => [action, callId !== undefined]),
      ).toEqual([
        ['call-claim', false],
        ['key-release', false],
        ['call-claim', false],
        ['key-release', true],
        ['call-delete-by-user', false],
      ]);
    });

    test('a ring that a call accepted is accepted once, by whom it rang, and goes with its call', async () => {
      const ringEventId = eventId('r');
      const { oracleDid, matrixUserId, matrixRoomId, callType } = newCall();
      const ring: Parameters<Store['rings']['begin']>[0] = {
        ...{ key: 'oc-ring-1', oracleDid, matrixUserId, matrixRoomId, callType, sessionId: undefined },
        ...{ reason: 'It is ready.', startedAt: NOON, lifetimeMs: 30_000, overAt: NOON + 45_000 },
      };
      expect(await store.rings.begin(ring)).toBe(true);
      expect(await store.rings.begin({ ...ring, key: 'oc-ring-2' })).toBe(false);
      expect(await store.rings.find(ringEventId)).toBeUndefined();
      await store.rings.markSent(ring.key, ringEventId);
      expect(await store.rings.find(ringEventId)).toMatchObject({
        state: 'ringing',
        reason: undefined,
        endedAt: undefined,
      });
      const others = [
        newCall({ matrixUserId: MALLORY }),
        newCall({ oracleDid: parseDid('did:ixo:another') }),
        newCall({ acceptedAt: ring.overAt }),
      ];
      for (const call of others) expect(await store.calls.accept(call, ringEventId)).toBe('ring-over');
      expect(await store.calls.accept(newCall(), eventId('s'))).toBe('ring-over');
      const call = newCall();
      expect(await store.calls.accept(call, ringEventId)).toBe('accepted');
      expect(await store.calls.accept(newCall(), ringEventId)).toBe('ring-over');
      expect(await store.rings.end(ringEventId, 'lapsed', NOON)).toBe(false);
      expect(await store.rings.listOpen(oracleDid)).toEqual([]);
      expect(await store.rings.listDue(oracleDid)).toMatchObject([{ state: 'accepted', callId: call.callId }]);
      await store.rings.markTold(ringEventId);
      expect(await store.rings.listDue(oracleDid)).toEqual([]);
      await store.calls.end(call.callId, { endReason: 'hangup', endedAt: NOON + 2, isAnswered: false });
      expect(await store.deletion.delete(call.callId, operator, NOON)).toBe('deleted');
      expect(await store.rings.find(ringEventId)).toBeUndefined();
    });

    test('a ring that nobody took is forgotten with its time', async () => {
      const { oracleDid, matrixUserId, matrixRoomId, callType } = newCall();
      const ring: Parameters<Store['rings']['begin']>[0] = {
        ...{ key: 'oc-ring-1', oracleDid, matrixUserId, matrixRoomId, callType, sessionId: 's-1' },
        ...{ reason: undefined, startedAt: NOON, lifetimeMs: 30_000, overAt: NOON + 45_000 },
      };
      await store.rings.begin(ring);
      await store.rings.markSent(ring.key, eventId('r'));
      expect(await store.rings.end(eventId('r'), 'declined', NOON + 5)).toBe(true);
      expect(await store.rings.end(eventId('r'), 'cancelled', NOON + 6)).toBe(false);
      await store.rings.prune(ring.overAt);
      expect(await store.rings.find(eventId('r'))).toMatchObject({ state: 'declined', endedAt: NOON + 5 });
      await store.rings.prune(ring.overAt + 1);
      expect(await store.rings.find(eventId('r'))).toBeUndefined();
    });

    test('a deleted call does not come back by its event, its room or its envelope, until those are forgotten', async () => {
      const call = await finishedCall(store);
      await store.deletion.delete(call.callId, operator, NOON);
      expect(await store.calls.accept(call)).toBe('known');
      const { sfuRoomName, envelopeSha256 } = call;
      expect(await store.calls.accept(newCall({ sfuRoomName }))).toBe('replayed');
      expect(await store.calls.accept(newCall({ envelopeSha256 }))).toBe('replayed');
      expect(await store.sfuRooms.ask(roomRequest({ name: sfuRoomName, asker: MALLORY }))).toBe('deleted');
      await store.deletion.pruneNames(NOON);
      expect(await store.calls.accept(call)).toBe('known');
      await store.deletion.pruneNames(NOON + 1);
      expect(await database.rows('select * from deleted_names')).toEqual([]);
    });

    test('a call that is live, whose room is open, or that is another’s is not deleted', async () => {
      const call = newCall();
      const remove = (by: Parameters<Store['deletion']['delete']>[1] = operator): Promise<string> =>
        store.deletion.delete(call.callId, by, NOON);
      expect(await remove()).toBe('unknown');
      await store.sfuRooms.ask(roomRequest({ name: call.sfuRoomName }));
      await store.calls.accept(call);
      expect(await remove()).toBe('live');
      await store.calls.end(call.callId, { endReason: 'hangup', endedAt: NOON, isAnswered: true });
      expect(await remove()).toBe('live');
      await store.sfuRooms.markClosed(call.sfuRoomName, NOON);
      expect(await remove({ kind: 'user', userId: MALLORY })).toBe('unknown');
      expect(await store.calls.findById(call.callId)).toBeDefined();
      expect(await remove({ kind: 'user', userId: ALICE })).toBe('deleted');
    });

    test('old calls are deleted by their end; live ones and those with an open room stay', async () => {
      const old = await finishedCall(store, { startedAt: NOON });
      const young = await finishedCall(store, { startedAt: NOON + 1_000 });
      const open = newCall();
      await store.sfuRooms.ask(roomRequest({ name: open.sfuRoomName }));
      await store.calls.accept(open);
      await store.calls.end(open.callId, { endReason: 'hangup', endedAt: NOON, isAnswered: true });
      const live = newCall();
      await store.calls.accept(live);
      expect(await store.deletion.prune(NOON + 60_500, NOON + 90_000)).toBe(1);
      const left = (await store.calls.list({ limit: 10 })).map(({ callId }) => callId);
      expect(left.toSorted()).toEqual([young.callId, open.callId, live.callId].toSorted());
      expect(await everything()).not.toContain(old.sfuRoomName);
    });
  });
}
