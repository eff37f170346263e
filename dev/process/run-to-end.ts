import { systemClock } from '@oracle-calls/protocol';
import { DevError } from './dev-error.ts';
import { describeExit, startProcess } from './supervised-process.ts';
import type { ProcessSpec } from './supervised-process.ts';

/** A failing installer says why in its last lines. */
const TAIL_LINES = 30;

export interface CommandSpec extends Omit<ProcessSpec, 'ready' | 'readyTimeoutMs'> {
  /** The command is ended after this long. */
  readonly timeoutMs: number;
}

/**
 * Runs a command to its end and returns its output, both streams, line by line.
 *
 * @throws {DevError} `ERR_DEV_INSTALL` with the last lines when it fails or takes too long; `ERR_DEV_EXITED` when it
 * cannot be started.
 */
export async function runToEnd(spec: CommandSpec): Promise<readonly string[]> {
  const lines: string[] = [];
  let timedOut = false;
  await using child = await startProcess({
    ...spec,
    log: (line) => {
      lines.push(line);
      spec.log?.(line);
    },
  });
  using _bound = (spec.clock ?? systemClock).after(spec.timeoutMs, () => {
    timedOut = true;
    void child.stop();
  });
  const giveUp = (): void => void child.stop();
  spec.signal?.addEventListener('abort', giveUp, { once: true });
  const fact = await child.exited;
  spec.signal?.removeEventListener('abort', giveUp);
  spec.signal?.throwIfAborted();
  if (fact.code === 0) return lines;
  const why = timedOut ? `took longer than ${spec.timeoutMs / 1000} s` : describeExit(fact);
  const tail = lines.slice(-TAIL_LINES).map((line) => `  ${line}`);
  throw new DevError('ERR_DEV_INSTALL', [`${spec.name} failed: ${why}`, ...tail].join('\n'));
}
