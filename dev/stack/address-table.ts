/** What a row says and what it is called. */
export interface Row {
  readonly label: string;
  readonly value: string;
}

/** Between the label and its value. */
const GAP = '  ';

/**
 * Rows for a terminal of `columns`: labels and values in two columns, or, where a value would not fit beside its label,
 * each value on a line of its own.
 */
export function formatTable(rows: readonly Row[], columns: number): string[] {
  const labelWidth = Math.max(...rows.map(({ label }) => label.length));
  const fits = rows.every(({ value }) => GAP.length * 2 + labelWidth + value.length <= columns);
  return fits
    ? rows.map(({ label, value }) => `${GAP}${label.padEnd(labelWidth)}${GAP}${value}`)
    : rows.flatMap(({ label, value }) => [`${GAP}${label}`, `${GAP}${GAP}${value}`]);
}
