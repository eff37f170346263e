import autocannon from 'autocannon';

/** As many agents as a busy backend has asking at once. */
const CONNECTIONS = 16;

export interface Load {
  readonly url: string;
  readonly paths: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Requests that are answered in a second, asked for by a thread of its own over real sockets. @throws {Error} when one is refused */
export async function measureRate({ url, paths, headers = {} }: Load, seconds: number): Promise<number> {
  const requests = paths.map((path) => ({ method: 'GET' as const, path }));
  const result = await autocannon({ url, requests, headers, connections: CONNECTIONS, workers: 1, duration: seconds });
  const failed = result.non2xx + result.errors + result.timeouts;
  if (failed > 0 || result.requests.total === 0) {
    throw new Error(`${failed} of ${result.requests.total} requests failed: such a rate says nothing.`);
  }
  return result.requests.average;
}
