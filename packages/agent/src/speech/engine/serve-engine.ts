import { parentPort, workerData } from 'node:worker_threads';
import { OracleCallError } from '@oracle-calls/protocol';
import type { EngineReply, EngineRequest } from './messages.ts';

/** A loaded model: answers one input at a time. `isCancelled` is worth asking between steps of a long run. */
export interface Engine<I, O, F> {
  readonly facts: F;
  run(input: I, isCancelled: () => boolean): Promise<O>;
}

/** Runs an engine in this worker thread: loads it, then answers requests one after the other. */
export async function serveEngine<I, O, F>(load: (data: unknown) => Promise<Engine<I, O, F>>): Promise<void> {
  const port = parentPort;
  if (port === null) throw new OracleCallError('ERR_INTERNAL', 'An engine runs in a worker thread only.');
  const engine = await load(workerData);
  const cancelled = new Set<number>();
  const reply = (message: EngineReply<O, F>): void => port.postMessage(message);
  let last: Promise<void> = Promise.resolve();
  const answer = async (runId: number, input: I): Promise<void> => {
    const isCancelled = (): boolean => cancelled.has(runId);
    try {
      if (isCancelled()) reply({ kind: 'failed', runId, problem: 'cancelled' });
      else reply({ kind: 'done', runId, output: await engine.run(input, isCancelled) });
    } catch (cause) {
      reply({ kind: 'failed', runId, problem: cause instanceof Error ? cause.message : 'unknown' });
    } finally {
      cancelled.delete(runId);
    }
  };
  port.on('message', (message: EngineRequest<I>) => {
    switch (message.kind) {
      case 'run':
        last = last.then(() => answer(message.runId, message.input));
        return;
      case 'cancel':
        cancelled.add(message.runId);
        return;
      case 'settle':
        void last.then(() => reply({ kind: 'idle' }));
        return;
      default:
        message satisfies never;
    }
  });
  reply({ kind: 'ready', facts: engine.facts });
}
