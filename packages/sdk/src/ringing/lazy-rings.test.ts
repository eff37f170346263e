import { CALL_EVENT_TYPE, OracleCallError, RING_EVENT_TYPE, silentLogger } from '@oracle-calls/protocol';
import { FakeClock, FakeMatrixAccount } from '@oracle-calls/testing';
import { expect, test } from 'vitest';
import { ALICE, ORACLE, ROOM } from '../call/call-scene.fixture.ts';
import { createLazyRings } from './lazy-rings.ts';
import { RingDesk } from './ring-desk.ts';

/** A desk that only notes what it hears. */
class NotingDesk extends RingDesk {
  readonly heard: string[] = [];

  override hear({ type }: Parameters<RingDesk['hear']>[0]): void {
    this.heard.push(type);
  }
}

function createScene() {
  const clock = new FakeClock();
  const matrix = new FakeMatrixAccount(ALICE, clock);
  const desks: NotingDesk[] = [];
  const loads: PromiseWithResolvers<void>[] = [];
  const rings = createLazyRings(matrix, async (tell) => {
    const loading = Promise.withResolvers<void>();
    loads.push(loading);
    await loading.promise;
    const desk = new NotingDesk({
      ...{ matrix, clock, tell, logger: silentLogger, closing: new AbortController().signal },
      keyPins: { get: () => Promise.resolve(undefined) },
      directory: { look: () => Promise.reject(new OracleCallError('ERR_DID_NOT_RESOLVED')) },
      calls: {
        currentCall: undefined,
        callOracle: () => {
          throw new OracleCallError('ERR_CALL_IN_PROGRESS');
        },
      },
    });
    desks.push(desk);
    return desk;
  });
  const receive = (type: string): void =>
    void matrix.receive({ matrixRoomId: ROOM, sender: ORACLE, type, content: {} });
  return { clock, matrix, rings, desks, loads, receive };
}

test('the desk is opened by the first ring, hears what came meanwhile in its order, and calls from then on', async () => {
  const { clock, rings, desks, loads, receive } = createScene();
  rings.observe(() => undefined);
  receive(CALL_EVENT_TYPE);
  receive('m.room.message');
  await clock.settle();
  expect(loads).toHaveLength(0);
  receive(RING_EVENT_TYPE);
  receive(CALL_EVENT_TYPE);
  receive(`${RING_EVENT_TYPE}.answer`);
  loads[0]?.resolve();
  await clock.settle();
  expect(loads).toHaveLength(1);
  expect(desks[0]?.heard).toEqual([RING_EVENT_TYPE, CALL_EVENT_TYPE, `${RING_EVENT_TYPE}.answer`]);
});

test('a desk that could not be loaded is loaded with the next ring', async () => {
  const { clock, rings, desks, loads, receive } = createScene();
  rings.observe(() => undefined);
  receive(RING_EVENT_TYPE);
  loads[0]?.reject(new TypeError('Failed to fetch'));
  await clock.settle();
  receive(RING_EVENT_TYPE);
  loads[1]?.resolve();
  await clock.settle();
  expect(desks[0]?.heard).toEqual([RING_EVENT_TYPE]);
});

test('before anything has rung there is nothing to accept, and nothing to decline', async () => {
  const { rings } = createScene();
  const ring = { ringEventId: '$ring' } as never;
  expect(rings.current).toBeUndefined();
  expect(() => rings.accept(ring)).toThrow(expect.objectContaining({ code: 'ERR_CALL_ENDED' }));
  await expect(rings.decline(ring)).resolves.toBeUndefined();
});

test('once closed, nobody listens again', () => {
  const { matrix, rings } = createScene();
  rings.observe(() => undefined);
  expect(matrix.listenerCount).toBe(1);
  rings[Symbol.dispose]();
  rings.observe(() => undefined);
  expect(matrix.listenerCount).toBe(0);
});
