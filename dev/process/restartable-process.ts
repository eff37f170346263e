import { describeExit, startProcess } from './supervised-process.ts';
import type { ProcessSpec, SupervisedProcess } from './supervised-process.ts';
import { DevError } from './dev-error.ts';

/** One part of the stack that tests stop, kill and start again, always with the same specification. */
export interface RestartableProcess extends AsyncDisposable {
  /** Process id of the current run. @throws {DevError} `ERR_DEV_STATE` while stopped. */
  readonly pid: number;
  readonly running: boolean;
  /** @throws {DevError} `ERR_DEV_STATE` when it runs already. */
  start(): Promise<void>;
  /** SIGTERM, bounded, then SIGKILL. Idempotent. */
  stop(): Promise<void>;
  /** Ends the current run, by SIGTERM or at once by SIGKILL, and starts anew. */
  restart(how?: { readonly signal?: 'SIGTERM' | 'SIGKILL' }): Promise<void>;
}

/** Called when a run ends that nobody asked to end. */
export type OnUnexpectedExit = (error: DevError) => void;

/** Starts the process and waits until it is ready. */
export async function startRestartable(
  spec: ProcessSpec,
  onUnexpectedExit?: OnUnexpectedExit,
): Promise<RestartableProcess> {
  let current: SupervisedProcess | undefined;

  const start = async (): Promise<void> => {
    if (current !== undefined) throw new DevError('ERR_DEV_STATE', `${spec.name} is running already`);
    const run = await startProcess(spec);
    current = run;
    void run.exited.then((fact) => {
      // Whoever ends a run on purpose takes it out of `current` first.
      if (current !== run) return;
      current = undefined;
      onUnexpectedExit?.(new DevError('ERR_DEV_EXITED', `${spec.name} stopped by itself (${describeExit(fact)})`));
    });
  };
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    const run = current;
    current = undefined;
    if (signal === 'SIGKILL') await run?.kill('SIGKILL');
    else await run?.stop();
  };
  const stop = (): Promise<void> => end('SIGTERM');

  await start();
  return {
    get pid() {
      if (current === undefined) throw new DevError('ERR_DEV_STATE', `${spec.name} is not running`);
      return current.pid;
    },
    get running() {
      return current !== undefined;
    },
    start,
    stop,
    async restart({ signal = 'SIGTERM' } = {}) {
      await end(signal);
      await start();
    },
    [Symbol.asyncDispose]: stop,
  };
}
