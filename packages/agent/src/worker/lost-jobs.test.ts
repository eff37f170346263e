import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createSfuRoomName } from '@oracle-calls/protocol';
import type { LogFields, Logger } from '@oracle-calls/protocol';
import { FakeClock } from '@oracle-calls/testing/clock';
import { expect, it, describe, vi } from 'vitest';
import type { HeldSeat } from '../job/held-seat.ts';
import { LostJobs, REMOVE_PAUSE_MS, REMOVE_TRIES, watchJobProcesses } from './lost-jobs.ts';
import type { ProcessEnd } from './lost-jobs.ts';

const HELD: HeldSeat = { case: 'oracle-calls-seat', sfuRoomName: createSfuRoomName(), identity: 'a-one' };
const KILLED: ProcessEnd = { code: null, signal: 'SIGKILL' };

function scene(...outcomes: ('removed' | 'absent' | 'failed')[]) {
  const clock = new FakeClock();
  const lines: string[] = [];
  const note = (message: string, fields?: LogFields): void => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const log: Logger = { debug: note, info: note, warn: note, error: note };
  const remove = vi.fn(async () => outcomes.shift() ?? 'failed');
  return { clock, lines, remove, lost: new LostJobs({ removal: { remove }, clock, log }) };
}

describe('a job process that is gone', () => {
  it.each([KILLED, { code: 1, signal: null }])('is taken out of its room when it died (%o)', async (end) => {
    const { lost, remove, lines } = scene('removed');
    await lost.ended(HELD, end);
    expect(remove.mock.calls).toEqual([[HELD.sfuRoomName, 'a-one']]);
    expect(lines.at(-1)).toContain('"wasThere":true');
  });

  it('is left alone when it ended in order', async () => {
    const { lost, remove, lines } = scene('removed');
    await lost.ended(HELD, { code: 0, signal: null });
    expect(remove).not.toHaveBeenCalled();
    expect(lines).toEqual([]);
  });

  it('is done with when the room does not have it', async () => {
    const { lost, remove } = scene('absent');
    await lost.ended(HELD, KILLED);
    expect(remove).toHaveBeenCalledOnce();
  });

  it('is tried again, a bounded number of times', async () => {
    const { lost, remove, clock, lines } = scene();
    const ended = lost.ended(HELD, KILLED);
    await clock.advance(REMOVE_PAUSE_MS * REMOVE_TRIES);
    await ended;
    expect(remove).toHaveBeenCalledTimes(REMOVE_TRIES);
    expect(lines.at(-1)).toContain('could not be taken out');
    expect(lines.join('')).not.toContain('a-one');
  });
});

/** A process that tells of its seat, says so, and waits. */
const JOB = fileURLToPath(new URL('./held-seat.fixture.ts', import.meta.url));

describe('the watch over job processes', () => {
  it('knows what the process held, and how it ended', async () => {
    const ends: unknown[] = [];
    using _watch = watchJobProcesses({
      ended: async (seat, end) => void ends.push(seat, end),
    });
    const child = fork(JOB, [JSON.stringify(HELD)]);
    await once(child, 'message');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(ends).toEqual([HELD, KILLED]);
  });

  it('says nothing of a process that held no seat', async () => {
    const ended = vi.fn(async () => undefined);
    using _watch = watchJobProcesses({ ended });
    const child = fork(JOB, [JSON.stringify({ ...HELD, sfuRoomName: 'not a room' })]);
    await once(child, 'message');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(ended).not.toHaveBeenCalled();
  });
});
