import { Worker } from 'node:worker_threads';
import { OracleCallError, systemClock, waitAtMost } from '@oracle-calls/protocol';
import type { Clock } from '@oracle-calls/protocol';
import type { EngineReply, EngineRequest } from './messages.ts';

/** Loading reads tens of megabytes from a cold disk on a busy machine. */
const LOAD_MAX_MS = 120_000;
/** A run that is cancelled ends after its step. A thread that is taken away within one takes the process with it: native code throws where nobody catches. */
const SETTLE_MAX_MS = 2_000;
/** One run is a sentence; on two busy cores the slowest seen took 4 s. */
const RUN_MAX_MS = 60_000;

export interface EngineOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface OpenEngineOptions extends EngineOptions {
  /** The engine was loaded and is gone without having been closed. */
  readonly onLost?: ((cause: OracleCallError) => void) | undefined;
}

/** The near side of a model in its own thread, so that inference never starves the event loop that carries the media. */
export interface EngineHost<I, O, F> extends AsyncDisposable {
  readonly facts: F;
  /** @throws {OracleCallError} `ERR_INTERNAL` when the engine fails or is closed, `ERR_UPSTREAM_TIMEOUT` when it hangs */
  run(input: I, options?: EngineOptions): Promise<O>;
  close(): Promise<void>;
}

interface Waiter<O> {
  resolve(output: O): void;
  reject(cause: Error): void;
}

/**
 * Starts `script` in a worker thread and waits until its model is loaded. `data` goes to it as `workerData`: no secrets.
 *
 * @throws {OracleCallError} `ERR_INTERNAL` when it cannot be loaded
 */
export async function openEngine<I, O, F>(
  name: string,
  script: URL,
  data: unknown,
  { signal, onLost }: OpenEngineOptions = {},
  clock: Clock = systemClock,
): Promise<EngineHost<I, O, F>> {
  signal?.throwIfAborted();
  // Without the parent's own Node flags: they were meant for the parent.
  const worker = new Worker(script, { workerData: data, name, execArgv: [] });
  const waiters = new Map<number, Waiter<O>>();
  let nextRunId = 0;
  let broken: OracleCallError | undefined;
  let isLoaded = false;
  let isClosing = false;
  const ready = Promise.withResolvers<F>();
  const idle = Promise.withResolvers<void>();
  const breakWith = (problem: string, cause?: unknown): void => {
    const isLost = broken === undefined && isLoaded && !isClosing;
    broken ??= new OracleCallError('ERR_INTERNAL', `The ${name} ${problem}.`, { cause });
    if (isLost) onLost?.(broken);
    ready.reject(broken);
    for (const waiter of waiters.values()) waiter.reject(broken);
    waiters.clear();
  };
  const settle = (runId: number): Waiter<O> | undefined => {
    const waiter = waiters.get(runId);
    waiters.delete(runId);
    return waiter;
  };
  worker.on('message', (message: EngineReply<O, F>) => {
    switch (message.kind) {
      case 'ready':
        return ready.resolve(message.facts);
      case 'idle':
        return idle.resolve();
      case 'done':
        return settle(message.runId)?.resolve(message.output);
      case 'failed':
        return settle(message.runId)?.reject(
          new OracleCallError('ERR_INTERNAL', `The ${name} failed: ${message.problem}.`),
        );
      default:
        message satisfies never;
    }
  });
  worker.on('error', (cause) => breakWith('broke', cause));
  worker.on('exit', () => {
    breakWith('is closed');
    idle.resolve();
  });
  // Never the reason why a process stays alive.
  worker.unref();
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    isClosing = true;
    closing ??= (async () => {
      const running = [...waiters.keys()];
      breakWith('is closed');
      if (isLoaded) {
        for (const runId of running) worker.postMessage({ kind: 'cancel', runId } satisfies EngineRequest<I>);
        worker.postMessage({ kind: 'settle' } satisfies EngineRequest<I>);
        await waitAtMost(clock, idle.promise, SETTLE_MAX_MS);
      }
      await worker.terminate();
    })();
    return closing;
  };

  const run = async (input: I, { signal: runSignal }: EngineOptions = {}): Promise<O> => {
    runSignal?.throwIfAborted();
    if (broken !== undefined) throw broken;
    const runId = nextRunId++;
    const answer = Promise.withResolvers<O>();
    waiters.set(runId, answer);
    const giveUp = (reason: unknown): void => {
      settle(runId)?.reject(reason as Error);
      worker.postMessage({ kind: 'cancel', runId } satisfies EngineRequest<I>);
    };
    const onAbort = (): void => giveUp(runSignal?.reason);
    runSignal?.addEventListener('abort', onAbort, { once: true });
    using _bound = clock.after(RUN_MAX_MS, () =>
      giveUp(new OracleCallError('ERR_UPSTREAM_TIMEOUT', `The ${name} took too long.`)),
    );
    worker.postMessage({ kind: 'run', runId, input } satisfies EngineRequest<I>);
    try {
      return await answer.promise;
    } finally {
      runSignal?.removeEventListener('abort', onAbort);
    }
  };

  const onLoadAbort = (): void => ready.reject(signal?.reason as Error);
  signal?.addEventListener('abort', onLoadAbort, { once: true });
  using _loadBound = clock.after(LOAD_MAX_MS, () => breakWith('did not load in time'));
  try {
    const facts = await ready.promise;
    isLoaded = true;
    return { facts, run, close, [Symbol.asyncDispose]: close };
  } catch (cause) {
    await close();
    throw cause;
  } finally {
    signal?.removeEventListener('abort', onLoadAbort);
  }
}
