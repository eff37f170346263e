/** What is used of `autocannon`, which brings no types. */
declare module 'autocannon' {
  interface LoadOptions {
    readonly url: string;
    readonly connections: number;
    /** Seconds. */
    readonly duration: number;
    /** Threads that the load comes from. */
    readonly workers: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly requests?: readonly { readonly method: 'GET'; readonly path: string }[];
  }
  interface LoadResult {
    readonly requests: { readonly average: number; readonly stddev: number; readonly total: number };
    readonly latency: { readonly p50: number; readonly p99: number };
    readonly errors: number;
    readonly timeouts: number;
    readonly non2xx: number;
  }
  export default function autocannon(options: LoadOptions): Promise<LoadResult>;
}
