import { randomBytes } from 'node:crypto';
import type { Logger } from '@oracle-calls/protocol';
import type { AgentMetrics } from '../telemetry/agent-metrics.ts';
import { AGENT_PROBE } from './agent-probe.ts';
import type { HandedCalls } from './handed-calls.ts';
import type { createProbeAnswer } from './seat-removal.ts';
import { START_DELAY_VARIABLE } from './start-delay.ts';
import type { StartDelay } from './start-delay.ts';
import type { WorkerDrain } from './worker-drain.ts';

/** Random bytes of an agent's SFU identity: nothing in it may say which worker or oracle answers. */
const IDENTITY_RANDOM_BYTES = 12;

/** What answering needs of the framework's request. */
export interface OfferedJob {
  readonly job: { metadata: string; readonly room?: { readonly name: string } | undefined };
  reject(): Promise<void>;
  accept(name: string, identity: string, metadata: string): Promise<void>;
}

export interface Answering {
  readonly handed: Pick<HandedCalls, 'ticketOf'>;
  readonly drain: WorkerDrain;
  readonly delay: Pick<StartDelay, 'onAccepted'>;
  readonly probeAnswer: ReturnType<typeof createProbeAnswer>;
  readonly metrics: AgentMetrics;
  readonly log: Logger;
}

/** Takes a job that the SFU offers, or leaves it. */
export async function answerJob(request: OfferedJob, answering: Answering): Promise<void> {
  const { handed, drain, delay, probeAnswer, metrics, log } = answering;
  const { job } = request;
  const handedTicket = job.metadata === '' ? handed.ticketOf(job.room?.name) : undefined;
  // A call that the backend handed over before is ours and nobody else's; the drain waits for it.
  if (drain.state === 'draining' && handedTicket === undefined) {
    // The SFU asks another worker.
    log.info('job left to others');
    await request.reject();
    return;
  }
  if (job.metadata === AGENT_PROBE) {
    await request.reject();
    log.info('probe answered', { isMarked: await probeAnswer(job.room?.name ?? '') });
    return;
  }
  // What the SFU dispatches brings its ticket along; what we asked for we have one for. The job's process gets it either way.
  if (job.metadata === '') job.metadata = handedTicket ?? '';
  if (job.metadata === '') {
    // Not dispatched by our backend: without a ticket there is no call to claim.
    metrics.add('oracle_calls_agent_jobs_refused_total', {});
    log.warn('job without a ticket refused');
    await request.reject();
    return;
  }
  metrics.add('oracle_calls_agent_jobs_accepted_total', {});
  // Read by the process that the framework starts once this call takes a waiting one.
  process.env[START_DELAY_VARIABLE] = String(delay.onAccepted());
  await drain.promise(request.accept('', `a-${randomBytes(IDENTITY_RANDOM_BYTES).toString('base64url')}`, ''));
}
