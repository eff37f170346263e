import { styleText } from 'node:util';
import type { Benchmark } from '../benchmark.ts';
import { measureBuiltSizes } from './built-sizes.ts';
import { sizeLines } from './size-lines.ts';

/** What the SDK and its hooks add to a page. */
export const sizeBenchmark: Benchmark = async ({ say }) => {
  say('building the packages as they are published');
  const sizes = await measureBuiltSizes();
  const { gzBytes, livekitGzBytes, workerGzBytes } = sizes.sdk;
  const { react } = sizes;
  return {
    json: {
      sdk: { gzBytes, livekitGzBytes, workerGzBytes },
      react: { gzBytes: react.gzBytes, minimalGzBytes: react.minimalGzBytes },
    },
    lines: [styleText('bold', 'Size of the SDK and its hooks'), ...sizeLines(sizes).map((line) => `  ${line}`)],
  };
};
