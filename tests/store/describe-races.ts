import { openStore, type Store } from '@oracle-calls/backend/operator';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ATTEMPTS, runRace, type RaceName } from './races.ts';
import { ALICE, finishedCall, MALLORY, NOON, ORACLE_DID, newCall, roomRequest, type NewCall } from './store-facts.ts';
import type { TestDatabase, TestServer } from './test-database.ts';

/** Every write that must happen once, asked for by many at once over several connections. */
export function describeRaces(server: TestServer): void {
  describe(`races on ${server.kind}`, () => {
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

    const count = (outcomes: readonly unknown[], wanted: unknown): number =>
      outcomes.filter((outcome) => outcome === wanted).length;
    const race = async (name: RaceName, call: NewCall = newCall()): Promise<readonly unknown[]> => {
      const outcomes = await runRace(database.location, name, call);
      expect(outcomes).toHaveLength(ATTEMPTS);
      return outcomes;
    };

    test('an event makes one call, and whoever comes later finds it known', async () => {
      const call = newCall();
      const outcomes = await race('one event', call);
      expect([count(outcomes, 'accepted'), count(outcomes, 'known')]).toEqual([1, ATTEMPTS - 1]);
      expect(await store.calls.listLive()).toHaveLength(1);
    });

    test('an envelope makes one call', async () => {
      const outcomes = await race('one envelope');
      expect([count(outcomes, 'accepted'), count(outcomes, 'replayed')]).toEqual([1, ATTEMPTS - 1]);
    });

    test('a room name has one owner, whom all are told', async () => {
      const call = newCall();
      const outcomes = await race('one room name', call);
      expect(new Set(outcomes)).toEqual(new Set([(await store.sfuRooms.find(call.sfuRoomName))?.owner]));
    });

    test('a room name is its call’s sender’s, or the call is refused: never one person’s call in another’s room', async () => {
      const call = newCall();
      const outcomes = await race('a room and its call', call);
      const owner = (await store.sfuRooms.find(call.sfuRoomName))?.owner;
      if (outcomes.includes('accepted')) expect(owner).toBe(ALICE);
      else expect(owner).toBe(MALLORY);
      expect(outcomes).not.toContain(owner === ALICE ? MALLORY : ALICE);
    });

    test('a user has as many open rooms as allowed, and not one more', async () => {
      const outcomes = await race('open rooms');
      expect([count(outcomes, 'opened'), count(outcomes, 'too-many-open')]).toEqual([3, ATTEMPTS - 3]);
    });

    test('a ticket is used once, and an agent replaced as often as allowed', async () => {
      const call = newCall();
      await store.sfuRooms.ask(roomRequest({ name: call.sfuRoomName, ticketSha256: call.envelopeSha256 }));
      await store.sfuRooms.markOpened(call.sfuRoomName, NOON);
      expect(count(await race('one ticket', call), true)).toBe(1);
      expect(count(await race('replacements of an agent', call), true)).toBe(2);
    });

    test('an OpenID token and a webhook are taken once', async () => {
      expect(count(await race('one OpenID token'), true)).toBe(1);
      expect(count(await race('one webhook'), true)).toBe(1);
    });

    test('a call becomes active once and ends once, with one answer for each', async () => {
      const call = newCall();
      await store.calls.accept(call);
      expect(count(await race('one activation', call), true)).toBe(1);
      expect(count(await race('one end', call), true)).toBe(1);
      expect((await store.answers.listDue()).map(({ callStatus }) => callStatus).toSorted()).toEqual([
        'active',
        'ended',
      ]);
    });

    test('an API key is rotated once', async () => {
      await store.apiKeys.add({ id: 'key', oracleDid: ORACLE_DID, sha256: 'key', createdAt: NOON });
      expect(count(await race('one rotation'), true)).toBe(1);
      expect(await store.apiKeys.list()).toHaveLength(2);
    });

    test('a call is deleted once', async () => {
      const outcomes = await race('one deletion', await finishedCall(store));
      expect([count(outcomes, 'deleted'), count(outcomes, 'unknown')]).toEqual([1, ATTEMPTS - 1]);
      expect(await store.audit.list({ limit: 10 })).toHaveLength(3);
    });
  });
}
