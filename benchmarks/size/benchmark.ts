import { styleText } from 'node:util';
import type { Benchmark } from '../benchmark.ts';
import { measureBuiltSdk } from './built-sdk.ts';
import { sizeLines } from './size-lines.ts';

/** What the SDK adds to a page. */
export const sizeBenchmark: Benchmark = async ({ say }) => {
  say('building the packages as they are published');
  const size = await measureBuiltSdk();
  const { gzBytes, livekitGzBytes, workerGzBytes } = size;
  return {
    json: { sdk: { gzBytes, livekitGzBytes, workerGzBytes } },
    lines: [styleText('bold', 'Size of the SDK'), ...sizeLines(size).map((line) => `  ${line}`)],
  };
};
