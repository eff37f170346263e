import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { systemClock } from '@oracle-calls/protocol';
import type { Clock } from '@oracle-calls/protocol';
import { DevError } from './dev-error.ts';
import { recordProcess } from './process-record.ts';
import { groupIsAlive, signalGroup, signalProcess, trackGroup } from './process-group.ts';

/** Where one line of a part's output goes; the line has no prefix and no newline. */
export type LogLine = (line: string) => void;

export interface ProcessSpec {
  /** Short name for people: `synapse`, `backend`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Whom to run as; only root may say so. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** The whole environment, or how to get it at each start; by default this process's own. */
  readonly env?: NodeJS.ProcessEnv | (() => NodeJS.ProcessEnv);
  readonly log?: LogLine;
  /** Resolves once the process serves; retried by nobody, so it waits itself. Aborted when the process exits. */
  readonly ready?: (signal: AbortSignal) => Promise<void>;
  /** How long `ready` may take. Default 60 s: a cold Synapse on a busy machine takes 20. */
  readonly readyTimeoutMs?: number;
  /** From SIGTERM to SIGKILL. Default 8 s. */
  readonly stopGraceMs?: number | (() => number);
  /** Where running processes are written down, see `process-record.ts`. */
  readonly recordDir?: string;
  /** Gives the start up; the process is ended then. Says nothing about one that is ready. */
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock;
}

export interface ExitFact {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface SupervisedProcess extends AsyncDisposable {
  readonly name: string;
  /** Process id, and id of its process group. */
  readonly pid: number;
  /** Settles when the process has gone; never rejects. */
  readonly exited: Promise<ExitFact>;
  /** SIGTERM, a bounded wait, then SIGKILL of its process group. Idempotent. */
  stop(): Promise<void>;
  /** Sends one signal to the whole process group and waits for the end of the process. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<ExitFact>;
}

/** Between SIGTERM and SIGKILL. */
export const STOP_GRACE_MS = 8_000;
/** Enough of the log to see why a start failed, not enough to hide it. */
const TAIL_LINES = 25;
/** After the leader is gone its group was killed; the kernel needs a moment for that, and `init` more to clear it away. */
const GROUP_BURIAL_MS = 500;

/**
 * Starts a process as leader of its own process group and waits until it is ready.
 *
 * @throws {DevError} `ERR_DEV_EXITED` or `ERR_DEV_NOT_READY`, with the last log lines; nothing is left running then.
 * An aborted start rejects with the signal's reason.
 */
export async function startProcess(spec: ProcessSpec): Promise<SupervisedProcess> {
  spec.signal?.throwIfAborted();
  const clock = spec.clock ?? systemClock;
  const tail: string[] = [];
  const child = spawn(spec.command, [...spec.args], {
    cwd: spec.cwd,
    ...spec.user,
    env: (typeof spec.env === 'function' ? spec.env() : spec.env) ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const drained = forwardLines(child, (line) => {
    tail.push(line);
    if (tail.length > TAIL_LINES) tail.shift();
    spec.log?.(line);
  });
  const exited = new Promise<ExitFact>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const pid = await spawned(child, spec.name);
  const supervised = supervise({ spec, pid, exited, drained, clock });
  try {
    await untilReady(spec, exited, clock);
  } catch (cause) {
    await supervised.stop();
    spec.signal?.throwIfAborted();
    throw startError(cause, spec.name, tail);
  }
  return supervised;
}

/** The child's pid once it really runs. */
async function spawned(child: ChildProcess, name: string): Promise<number> {
  try {
    await once(child, 'spawn');
  } catch (cause) {
    throw new DevError('ERR_DEV_EXITED', `${name} cannot be started: ${messageOf(cause)}`, { cause });
  }
  if (child.pid === undefined) throw new DevError('ERR_DEV_EXITED', `${name} has no process id`);
  return child.pid;
}

interface Running {
  readonly spec: ProcessSpec;
  readonly pid: number;
  readonly exited: Promise<ExitFact>;
  readonly drained: Promise<void>;
  readonly clock: Clock;
}

function supervise({ spec, pid, exited, drained, clock }: Running): SupervisedProcess {
  const untrack = trackGroup(pid);
  const unrecord = spec.recordDir === undefined ? undefined : recordProcess(spec.recordDir, spec.name, pid);
  const buried = exited.then(async (fact) => {
    // Whoever the leader left behind goes too: nothing of this group may outlive it.
    signalGroup(pid, 'SIGKILL');
    for (let waited = 0; groupIsAlive(pid) && waited < GROUP_BURIAL_MS; waited += 20) await clock.sleep(20);
    untrack();
    unrecord?.();
    // Whoever left the group may hold the pipes open for ever.
    const enough = Promise.withResolvers<void>();
    using _bound = clock.after(GROUP_BURIAL_MS, enough.resolve);
    await Promise.race([drained, enough.promise]);
    return fact;
  });
  const stop = async (): Promise<void> => {
    // The leader alone gets SIGTERM: it knows in which order its own children are to go.
    signalProcess(pid, 'SIGTERM');
    const graceMs = typeof spec.stopGraceMs === 'function' ? spec.stopGraceMs() : (spec.stopGraceMs ?? STOP_GRACE_MS);
    using _grace = clock.after(graceMs, () => signalGroup(pid, 'SIGKILL'));
    await buried;
  };
  let stopping: Promise<void> | undefined;
  let gone = false;
  void buried.then(() => (gone = true));
  return {
    name: spec.name,
    pid,
    exited: buried,
    stop: () => (stopping ??= gone ? Promise.resolve() : stop()),
    async kill(signal) {
      if (!gone) signalGroup(pid, signal);
      return await buried;
    },
    [Symbol.asyncDispose]() {
      return this.stop();
    },
  };
}

/** Waits for `ready`, for the exit, or for the bound: whichever comes first. */
async function untilReady(spec: ProcessSpec, exited: Promise<ExitFact>, clock: Clock): Promise<void> {
  if (spec.ready === undefined) return;
  const boundMs = spec.readyTimeoutMs ?? 60_000;
  const attempt = new AbortController();
  using _bound = clock.after(boundMs, () =>
    attempt.abort(new DevError('ERR_DEV_NOT_READY', `${spec.name} was not ready within ${boundMs / 1000} s`)),
  );
  void exited.then((fact) =>
    attempt.abort(new DevError('ERR_DEV_EXITED', `${spec.name} stopped while starting (${describeExit(fact)})`)),
  );
  const aborted = new Promise<never>((_, reject) => {
    attempt.signal.addEventListener('abort', () => reject(attempt.signal.reason as Error), { once: true });
  });
  const giveUp = (): void => attempt.abort(spec.signal?.reason);
  spec.signal?.addEventListener('abort', giveUp, { once: true });
  try {
    await Promise.race([spec.ready(attempt.signal), aborted]);
  } finally {
    spec.signal?.removeEventListener('abort', giveUp);
  }
}

function startError(cause: unknown, name: string, tail: readonly string[]): DevError {
  const code = cause instanceof DevError ? cause.code : 'ERR_DEV_NOT_READY';
  const log =
    tail.length === 0 ? `${name} printed nothing.` : `Its last lines:\n${tail.map((l) => `  ${l}`).join('\n')}`;
  return new DevError(code, `${messageOf(cause)}\n${log}`, { cause });
}

/** `exit code 1`, `signal SIGKILL`. */
export function describeExit(fact: ExitFact): string {
  return fact.signal === null ? `exit code ${fact.code ?? 'unknown'}` : `signal ${fact.signal}`;
}

/** Hands on both outputs line by line; resolves when both have ended. */
async function forwardLines(child: ChildProcess, line: LogLine): Promise<void> {
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
  await Promise.all(
    streams.map(async (stream) => {
      try {
        for await (const text of createInterface({ input: stream, crlfDelay: Infinity })) line(text);
      } catch {
        // The pipe broke with its process; the exit tells the story.
      }
    }),
  );
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
