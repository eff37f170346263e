import { OracleCallError } from '@oracle-calls/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TestBackend } from './test-backend.ts';

let backend: TestBackend;
beforeEach(async () => {
  backend = await TestBackend.start();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await backend[Symbol.asyncDispose]();
});

const away = new OracleCallError('ERR_UPSTREAM_DATABASE');

/** Brings a call event, and lets the pauses between attempts pass. */
async function placeSlowly() {
  const call = backend.prepareCall();
  backend.matrix.deliver(call.event);
  const settled = backend.backend.settled();
  await backend.pass(5_000);
  await settled;
  return call;
}

test.each(['ERR_UPSTREAM_DATABASE', 'ERR_UPSTREAM_TIMEOUT'] as const)(
  'a call whose event comes while the database is away for a moment (%s) is taken',
  async (code) => {
    const accept = vi.spyOn(backend.backend.store.calls, 'accept').mockRejectedValueOnce(new OracleCallError(code));
    const { callId, eventId } = await placeSlowly();
    expect(accept).toHaveBeenCalledTimes(2);
    expect(await backend.backend.store.calls.findById(callId)).toMatchObject({ callStatus: 'pending' });
    expect(await backend.backend.store.notices.findRefusedEvent(eventId)).toBeUndefined();
  },
);

test('a database that stays away makes no refusal of a call, and ends the waiting', async () => {
  const accept = vi.spyOn(backend.backend.store.calls, 'accept').mockRejectedValue(away);
  const { eventId, event } = await placeSlowly();
  expect(accept).toHaveBeenCalledTimes(4);
  expect(await backend.backend.store.notices.findRefusedEvent(eventId)).toBeUndefined();
  accept.mockRestore();
  // Delivered once more, it is a call like any other.
  backend.matrix.deliver(event);
  await backend.backend.settled();
  expect(await backend.backend.store.calls.findByEventId(eventId)).toBeDefined();
});
