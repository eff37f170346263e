import type { Benchmark } from '../benchmark.ts';
import { keyEndpointLines, measureKeyEndpoint } from './key-endpoint.ts';

/** How many sealed keys the backend gives out in a second. */
export const keyEndpointBenchmark: Benchmark = async ({ say }) => {
  const keyEndpoint = await measureKeyEndpoint({ say });
  return { json: { keyEndpoint }, lines: keyEndpointLines(keyEndpoint) };
};
