/** What marks an import of {@link FreshImports}; nobody wants to read it. */
const GENERATION = /\?oracle-generation=\d+/g;

/**
 * What is wrong with an author's file, for the author: where it stands and the line itself where Node tells them, the message, and the place in
 * the author's own code that it came from.
 */
export function explainProblem(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const lines = (cause.stack ?? cause.message).replaceAll(GENERATION, '').replaceAll('file://', '').split('\n');
  const calls = lines.findIndex((line) => /^\s+at /.test(line));
  const told = calls < 0 ? lines : lines.slice(0, calls);
  const place = calls < 0 ? undefined : lines.slice(calls).find((line) => /^\s+at .*\//.test(line) && !isForeign(line));
  // Node begins with the place where a file cannot be read at all; else the first call of the author's is it.
  const hasPlace = told.length > 1 || place === undefined;
  return [...told, ...(hasPlace ? [] : [place])].filter((line) => line.trim() !== '').join('\n');
}

const isForeign = (line: string): boolean => line.includes('node:') || line.includes('/node_modules/');
