import { isOracleCallError, OracleCallError } from '@oracle-calls/protocol';
import { createOracleCalls, loadStrictProtocol } from '@oracle-calls/sdk';

/** What the page did with the packed SDK. */
export interface PackedPageFindings {
  readonly createOracleCalls: string;
  /** The frame worker's answer to a question of the SDK's own kind. */
  readonly worker: unknown;
  readonly protocol: readonly string[];
  readonly error: string;
}

/** An answer takes a millisecond; by then there is none. */
const ANSWER_MS = 10_000;

function askWorker(): Promise<unknown> {
  const worker = new Worker(new URL('@oracle-calls/sdk/frame-worker', import.meta.url), { type: 'module' });
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  worker.addEventListener('message', ({ data }) => resolve(data), { once: true });
  worker.addEventListener('error', () => reject(new Error('The worker failed.')), { once: true });
  AbortSignal.timeout(ANSWER_MS).addEventListener('abort', () => reject(new Error('The worker is silent.')));
  worker.postMessage({ kind: 'inspect', request: 1 });
  return promise.finally(() => worker.terminate());
}

async function find(): Promise<PackedPageFindings> {
  const protocol = await loadStrictProtocol();
  const error: unknown = new OracleCallError('ERR_MATRIX_SEND');
  return {
    createOracleCalls: typeof createOracleCalls,
    worker: await askWorker(),
    protocol: Object.keys(protocol).toSorted(),
    error: isOracleCallError(error) ? `${error.code}: ${error.message}, ${error.retryable}` : 'another error',
  };
}

Object.assign(globalThis, { findings: find() });
