import { silentLogger } from '@oracle-calls/protocol';
import { silentMetrics } from '@oracle-calls/telemetry';
import { FakeClock } from '@oracle-calls/testing/clock';
import { beforeEach, expect, test } from 'vitest';
import { AGENT_PROBE } from './agent-probe.ts';
import { answerJob, type OfferedJob } from './job-answer.ts';
import { WorkerDrain } from './worker-drain.ts';

const HANDED = 'lk-handed';

let drain: WorkerDrain;
let answers: string[];
let probed: string[];
beforeEach(() => {
  const server = { activeJobs: ['a call'], drain: () => Promise.resolve() };
  drain = new WorkerDrain({ server: () => server, clock: new FakeClock(), log: silentLogger });
  answers = [];
  probed = [];
});

const beginDrain = (): Promise<unknown> => drain.run({ maxMs: 1_000, signal: AbortSignal.abort() });

/** Offers a job; resolves with what the job's process is told. */
async function offer(metadata: string, room = 'lk-other'): Promise<string> {
  const request: OfferedJob = {
    job: { metadata, room: { name: room } },
    reject: async () => void answers.push('rejected'),
    accept: async (name, identity, told) => void answers.push(`accepted ${name}${told}${identity.slice(0, 2)}`),
  };
  await answerJob(request, {
    handed: { ticketOf: (name) => (name === HANDED ? 'handed-ticket' : undefined) },
    drain,
    delay: { onAccepted: () => 0 },
    probeAnswer: async (name) => probed.push(name) > 0,
    metrics: silentMetrics,
    log: silentLogger,
  });
  return request.job.metadata;
}

test('a dispatch is taken with its ticket, and a call that the backend handed over with its own', async () => {
  expect(await offer('the-ticket')).toBe('the-ticket');
  expect(await offer('', HANDED)).toBe('handed-ticket');
  expect(answers).toEqual(['accepted a-', 'accepted a-']);
});

test('a job without a ticket is refused', async () => {
  await offer('');
  expect(answers).toEqual(['rejected']);
});

test('a worker that drains leaves dispatches and probes to others, and keeps a call that was handed to it before', async () => {
  await beginDrain();
  await offer('the-ticket');
  await offer(AGENT_PROBE);
  expect(answers).toEqual(['rejected', 'rejected']);
  expect(probed).toEqual([]);
  expect(await offer('', HANDED)).toBe('handed-ticket');
  expect(answers.at(-1)).toBe('accepted a-');
});

test('a probe is answered and takes no place', async () => {
  await offer(AGENT_PROBE, 'probe-room');
  expect(answers).toEqual(['rejected']);
  expect(probed).toEqual(['probe-room']);
});
