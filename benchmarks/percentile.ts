/** Nearest-rank percentile (`share` from 0 to 1) of figures in any order. */
export function percentile(figures: readonly number[], share: number): number {
  const sorted = figures.toSorted((one, other) => one - other);
  const rank = Math.max(0, Math.ceil(share * sorted.length) - 1);
  const figure = sorted[rank];
  if (figure === undefined) throw new RangeError('No figures.');
  return figure;
}
