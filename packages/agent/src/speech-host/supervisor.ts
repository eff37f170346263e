import type { Clock, Logger } from '@oracle-calls/protocol';
import { listenersOf } from '@oracle-calls/protocol/hearing';
import type { HostProcess, HostReport, StartHost } from './host-process.ts';

/** Pause before a lost host is started again, in ms: none to speak of the first time, then doubling. */
export const FIRST_RESTART_MS = 100;
export const MAX_RESTART_MS = 30_000;
/** A host that lived so long after loading was sound: the next pause is the first one again. */
export const SOUND_AFTER_MS = 60_000;
/** From the request to go until it is killed, in ms. */
const STOP_MAX_MS = 2_000;

export interface SupervisorDeps {
  readonly start: StartHost;
  /** Before each start: takes away what a killed host left behind. */
  readonly prepare: () => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Keeps one speech host running until it is closed. Never fails: a host that cannot load is tried again, ever less often. */
export class HostSupervisor implements AsyncDisposable {
  readonly #deps: SupervisorDeps;
  readonly #closing = new AbortController();
  readonly #done: Promise<void>;
  #host: HostProcess | undefined;

  constructor(deps: SupervisorDeps) {
    this.#deps = deps;
    this.#done = this.#keepRunning();
  }

  close(): Promise<void> {
    if (!this.#closing.signal.aborted) {
      this.#closing.abort(new Error('the worker stops'));
      this.#host?.release();
    }
    return this.#done;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #keepRunning(): Promise<void> {
    const { clock, log } = this.#deps;
    const { signal } = this.#closing;
    let pauseMs = FIRST_RESTART_MS;
    while (!signal.aborted) {
      const soundSince = await this.#runOnce();
      if (signal.aborted) return;
      if (soundSince !== undefined && clock.now() - soundSince >= SOUND_AFTER_MS) pauseMs = FIRST_RESTART_MS;
      log.warn('speech host starts again', { inMs: pauseMs });
      await clock.sleep(pauseMs, { signal }).catch(() => undefined);
      pauseMs = Math.min(MAX_RESTART_MS, pauseMs * 2);
    }
  }

  /** One host from its start to its end. Returns since when its models were loaded, if they ever were. */
  async #runOnce(): Promise<number | undefined> {
    const { start, prepare, clock, log } = this.#deps;
    const { signal } = this.#closing;
    let readyAt: number | undefined;
    prepare();
    const host = start((report) => {
      if (report.kind === 'ready') readyAt = clock.now();
      logReport(log, report, host.pid);
    });
    this.#host = host;
    using overdue = new DisposableStack();
    const onClosing = (): void => void overdue.use(clock.after(STOP_MAX_MS, () => host.kill()));
    signal.addEventListener('abort', onClosing, { once: true });
    try {
      const { exitCode, signal: killedBy } = await host.exited;
      if (!signal.aborted) {
        log.error('speech host lost', {
          speechHostPid: host.pid,
          ...(exitCode === null ? {} : { exitCode }),
          ...(killedBy === null ? {} : { signal: killedBy }),
        });
      }
      return readyAt;
    } finally {
      signal.removeEventListener('abort', onClosing);
      this.#host = undefined;
    }
  }
}

function logReport(log: Logger, report: HostReport, speechHostPid: number | undefined): void {
  switch (report.kind) {
    case 'ready':
      log.info('models loaded', { ms: report.ms, brain: report.brainTitle, speechHostPid });
      for (const { host, what } of listenersOf(report.hearing)) {
        log.warn('calls are heard elsewhere', { host, what: what.join(', ') });
      }
      return;
    case 'reloaded':
      return log.info('oracle reloaded', { brain: report.brainTitle });
    case 'not-reloaded':
      return log.warn('oracle not reloaded; the one before goes on', { problem: report.problem });
    case 'failed':
      log.error('speech host failed', { problem: report.problem, message: report.message, speechHostPid });
      return;
    default:
      report satisfies never;
  }
}
