import { EventEmitter } from 'node:events';
import type { WorkerMessage } from '@livekit/protocol';
import { parseSfuRoomName } from '@oracle-calls/protocol';
import { FakeClock } from '@oracle-calls/testing/clock';
import { expect, test } from 'vitest';
import { HandedCalls } from './handed-calls.ts';

const roomId = parseSfuRoomName('lk-0123');
const ticket = 't'.repeat(43);

function scene() {
  const event = new EventEmitter();
  const sent: WorkerMessage[] = [];
  event.on('worker_msg', (message: WorkerMessage) => sent.push(message));
  const clock = new FakeClock();
  return { handed: new HandedCalls(event, clock), sent, clock };
}

test('the SFU is asked for a job in the room, and is not told the ticket', async () => {
  const { handed, sent, clock } = scene();
  const asking = handed.request({ roomId, ticket });
  expect(sent.map(({ message }) => message)).toMatchObject([
    { case: 'simulateJob', value: { room: { name: roomId } } },
  ]);
  expect(Buffer.from(sent[0]?.toBinary() ?? []).toString('latin1')).not.toContain(ticket);
  expect(handed.ticketOf(roomId)).toBe(ticket);
  expect(await asking).toBe(true);
  expect(clock.pendingTimers).toBe(0);
});

test('a ticket is given out once, and for its own room', () => {
  const { handed } = scene();
  void handed.request({ roomId, ticket });
  expect(handed.ticketOf('lk-4567')).toBeUndefined();
  expect(handed.ticketOf(undefined)).toBeUndefined();
  expect(handed.ticketOf(roomId)).toBe(ticket);
  expect(handed.ticketOf(roomId)).toBeUndefined();
});

test('an SFU that does not answer is not waited for, and its late answer gets no ticket', async () => {
  const { handed, clock } = scene();
  const asking = handed.request({ roomId, ticket });
  await clock.advance(2_000);
  expect(await asking).toBe(false);
  expect(handed.ticketOf(roomId)).toBeUndefined();
});
