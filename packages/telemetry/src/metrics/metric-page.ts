import type { MetricTable } from './metric-table.ts';

/** Labels with more values than this are described by their number in the page. */
const VALUES_LISTED = 7;

/** A table as Markdown, one row for each metric. */
export function metricPage(table: MetricTable): string {
  const rows = Object.entries(table).map(([name, { kind, help, labels }]) => {
    const told = Object.entries(labels).map(([label, values]) =>
      values.length > VALUES_LISTED ? `\`${label}\` (${values.length} values)` : `\`${label}\`: ${values.join(', ')}`,
    );
    return `| \`${name}\` | ${kind} | ${told.join('; ') || '–'} | ${help} |`;
  });
  return ['| metric | kind | labels | what it says |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
