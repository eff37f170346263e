import { ChildProcess } from 'node:child_process';
import diagnostics from 'node:diagnostics_channel';
import type { Clock, Logger } from '@oracle-calls/protocol';
import { silentMetrics } from '@oracle-calls/telemetry';
import * as v from 'valibot';
import { heldSeatSchema } from '../job/held-seat.ts';
import type { HeldSeat } from '../job/held-seat.ts';
import type { AgentMetrics } from '../telemetry/agent-metrics.ts';
import { takeMeasure } from '../telemetry/measure.ts';
import type { SeatRemoval } from './seat-removal.ts';

/** Tries in all to take a dead agent out of its room, and the pause between two, in ms. LiveKit itself notices after 20 s. */
export const REMOVE_TRIES = 4;
export const REMOVE_PAUSE_MS = 1_000;

export interface LostJobsOptions {
  readonly removal: SeatRemoval;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How a process ended, as Node says it. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * Takes the agents of job processes that died out of their rooms. The kernel closes a dead process's connections, and LiveKit then
 * waits some 20 s for somebody to come back who never will; the backend calls another agent only when it has seen the old one go.
 */
export class LostJobs {
  readonly #options: LostJobsOptions;

  constructor(options: LostJobsOptions) {
    this.#options = options;
  }

  /** A process that held this seat is gone. A process that ends in order has left the room by itself. */
  async ended({ sfuRoomName, identity }: HeldSeat, { code, signal }: ProcessEnd): Promise<void> {
    const { removal, clock, log } = this.#options;
    if (code === 0) return;
    log.warn('job process died', { sfuRoomName, exitCode: code ?? 'none', signal: signal ?? 'none' });
    for (let attempt = 1; attempt <= REMOVE_TRIES; attempt += 1) {
      if (attempt > 1) await clock.sleep(REMOVE_PAUSE_MS);
      const outcome = await removal.remove(sfuRoomName, identity);
      if (outcome === 'failed') continue;
      log.info('dead agent taken out of its room', { sfuRoomName, wasThere: outcome === 'removed' });
      return;
    }
    log.error('a dead agent could not be taken out of its room', { sfuRoomName, code: 'ERR_UPSTREAM_SFU' });
  }
}

/** The processes that this one starts, told to a listener as Node makes them. */
const CHANNEL = 'child_process';

/**
 * Watches every process that this one starts from now on. The framework starts the jobs' processes and gives no handle to
 * them; Node's own channel does.
 */
export function watchJobProcesses(lost: Pick<LostJobs, 'ended'>, metrics: AgentMetrics = silentMetrics): Disposable {
  const seats = new Set<HeldSeat>();
  const held = (seat: HeldSeat, kind: 'taken' | 'given-up'): void => {
    if (kind === 'taken') seats.add(seat);
    else seats.delete(seat);
    metrics.set('oracle_calls_agent_jobs_active', {}, seats.size);
  };
  metrics.set('oracle_calls_agent_jobs_active', {}, 0);
  const onStarted = (message: unknown): void => {
    const child: unknown = Reflect.get(Object(message), 'process');
    if (child instanceof ChildProcess) watch(child, lost, { metrics, held });
  };
  diagnostics.subscribe(CHANNEL, onStarted);
  return { [Symbol.dispose]: () => void diagnostics.unsubscribe(CHANNEL, onStarted) };
}

interface Watching {
  readonly metrics: AgentMetrics;
  readonly held: (seat: HeldSeat, kind: 'taken' | 'given-up') => void;
}

function watch(child: ChildProcess, lost: Pick<LostJobs, 'ended'>, { metrics, held }: Watching): void {
  let seat: HeldSeat | undefined;
  child.on('message', (message) => {
    const told = v.safeParse(heldSeatSchema, message);
    if (!told.success) return takeMeasure(message, metrics);
    seat = told.output;
    held(seat, 'taken');
  });
  child.once('exit', (code, signal) => {
    if (seat === undefined) return;
    held(seat, 'given-up');
    if (code !== 0) metrics.add('oracle_calls_agent_processes_died_total', {});
    void lost.ended(seat, { code, signal });
  });
}
