import type { AttackResult } from './run-attacks.ts';

const HEADINGS = ['attack', 'refused by', 'twin'] as const;

/** attack → refused by → what the twin did, in columns. */
export function attackTable(results: readonly AttackResult[]): string[] {
  const rows = results.map(({ name, refused, refusedBy, twinSucceeded }) => [
    name,
    refused ? refusedBy : `NOT REFUSED: ${refusedBy}`,
    twinSucceeded ? 'succeeded' : 'FAILED',
  ]);
  const lines = [[...HEADINGS], ...rows];
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const format = (line: readonly string[]): string =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [format([...HEADINGS]), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(format)];
}

/** The last line of `npm run attack -- --json`. */
export function attackJson(results: readonly AttackResult[]): string {
  const attacks = results.map(({ name, refused, refusedBy, twinSucceeded }) => ({
    name,
    refused,
    refusedBy,
    twinSucceeded,
  }));
  return JSON.stringify({ attacks });
}
