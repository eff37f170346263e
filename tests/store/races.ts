import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { DatabaseLocation } from '@oracle-calls/backend/operator';
import type { NewCall } from './store-facts.ts';

export type RaceName =
  | 'one event'
  | 'one envelope'
  | 'one room name'
  | 'a room and its call'
  | 'open rooms'
  | 'one ticket'
  | 'replacements of an agent'
  | 'one OpenID token'
  | 'one webhook'
  | 'one activation'
  | 'one end'
  | 'one rotation'
  | 'one deletion';

/** What a worker is given. An address is text: secrets do not cross threads as objects. */
export interface RaceInput {
  readonly database: { readonly kind: 'sqlite' | 'postgres'; readonly text: string };
  readonly race: RaceName;
  readonly call: NewCall;
  readonly worker: number;
  /** Attempts of each worker, all at once. */
  readonly times: number;
}

const WORKERS = 3;
const TIMES = 6;
export const ATTEMPTS = WORKERS * TIMES;

/** Lets several stores, each with connections of its own, do the same at once; what each attempt came to. */
export async function runRace(location: DatabaseLocation, race: RaceName, call: NewCall): Promise<readonly unknown[]> {
  const text = location.kind === 'sqlite' ? location.file : location.url.expose();
  await using workers = new AsyncDisposableStack();
  const started = Array.from({ length: WORKERS }, (_, worker) => {
    const workerData: RaceInput = { database: { kind: location.kind, text }, race, call, worker, times: TIMES };
    const thread = new Worker(new URL('race-worker.ts', import.meta.url), { workerData });
    workers.defer(async () => {
      await thread.terminate();
    });
    return thread;
  });
  const next = async (thread: Worker): Promise<unknown> => (await once(thread, 'message'))[0];
  await Promise.all(started.map(next));
  const outcomes = Promise.all(started.map(next));
  for (const thread of started) thread.postMessage('go');
  return (await outcomes).flat();
}
