import type { MetricTable } from './metric-table.ts';

/** Of labels with more values than this the page gives the name alone: lists of codes and routes grow, and have pages of their own. */
const VALUES_LISTED = 7;

/** A table as Markdown, one row for each metric. */
export function metricPage(table: MetricTable): string {
  const rows = Object.entries(table).map(([name, { kind, help, labels }]) => {
    const told = Object.entries(labels).map(([label, values]) =>
      values.length > VALUES_LISTED ? `\`${label}\`` : `\`${label}\`: ${values.join(', ')}`,
    );
    return `| \`${name}\` | ${kind} | ${told.join('; ') || '–'} | ${help} |`;
  });
  return ['| metric | kind | labels | what it says |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
