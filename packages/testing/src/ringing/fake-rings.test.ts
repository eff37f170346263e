import { OracleCallError } from '@oracle-calls/protocol';
import type { OracleCall, Ring } from '@oracle-calls/sdk';
import { expect, test } from 'vitest';
import { FakeRings } from './fake-rings.ts';

function createScene() {
  const calls: Ring[] = [];
  const rings = new FakeRings((ring) => {
    calls.push(ring);
    return { sessionId: ring.sessionId } as OracleCall;
  });
  const heard: string[] = [];
  const listening = rings.observe(({ status }) => heard.push(status));
  return { rings, calls, heard, listening };
}

test('a scripted ring rings until it is accepted, declined or over', async () => {
  const { rings, calls, heard, listening } = createScene();
  const first = rings.ring({ reason: 'It is ready.' });
  expect(rings.current).toBe(first);
  rings.accept(first);
  expect(calls).toEqual([first]);
  expect(() => rings.accept(first)).toThrow(expect.objectContaining({ code: 'ERR_CALL_ENDED' }));
  const second = rings.ring();
  rings.failure = new OracleCallError('ERR_MATRIX_SEND');
  await expect(rings.decline(second)).rejects.toBe(rings.failure);
  expect(rings.declined).toEqual([second]);
  rings.ring();
  rings.end('elsewhere');
  rings.miss();
  expect(rings.current).toBeUndefined();
  expect(heard).toEqual(['ringing', 'accepted', 'ringing', 'declined', 'ringing', 'elsewhere', 'lapsed']);
  listening[Symbol.dispose]();
  expect(rings.listenerCount).toBe(0);
});
