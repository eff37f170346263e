import { percentile } from '../../../benchmarks/percentile.ts';

/** How much a figure grew over a series, beyond its noise: between the medians of the first and the last fifth. */
export function growthOf(series: readonly number[]): number {
  const part = Math.max(1, Math.floor(series.length / 5));
  return percentile(series.slice(-part), 0.5) - percentile(series.slice(0, part), 0.5);
}
