/**
 * What the architecture states, one text each: sentences of paragraphs, points of lists, rows of tables, steps of the sequence, fields of
 * the examples. Headings, and lines that only lead over to a list, state nothing.
 */
export function architectureStatements(text: string): string[] {
  const statements: string[] = [];
  let fence: string | undefined;
  for (const line of text.split('\n')) {
    const opened = /^```(\w*)/.exec(line);
    if (opened !== null) {
      fence = fence === undefined ? (opened[1] ?? '') : undefined;
      continue;
    }
    statements.push(...(fence === undefined ? proseStatements(line) : codeStatements(fence, line)));
  }
  return [...new Set(statements.map(normalise))];
}

/** Without marks of emphasis and line breaks, so that quoting needs no care. */
export function normalise(text: string): string {
  return text
    .replaceAll(/<br\/>/g, ' ')
    .replaceAll(/[*`]|\\(?=\|)/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replace(/\.$/, '')
    .toLowerCase();
}

function proseStatements(line: string): string[] {
  if (/^#|^\s*$/.test(line)) return [];
  const cells = /^\|(.*)\|$/
    .exec(line)?.[1]
    ?.split('|')
    .map((cell) => cell.trim());
  if (cells !== undefined) {
    const isHead = cells.every((cell) => /^-+$/.test(cell)) || /^(Method|Event Type|Scenario)$/.test(cells[0] ?? '');
    return isHead ? [] : [cells.filter((cell) => cell !== 'N/A').join(' – ')];
  }
  const point = /^(?:-|\d+\.) (.*)$/.exec(line)?.[1];
  if (point !== undefined) return [point];
  return line.split(/(?<=[.!?])\s+/).filter((sentence) => !sentence.trim().endsWith(':'));
}

function codeStatements(fence: string, line: string): string[] {
  if (fence === 'mermaid') {
    const step = /^\s*\w+->>\w+: (.*)$/.exec(line)?.[1];
    const note = /^\s*Note over [\w,]+: (?!Phase)(.*)$/.exec(line)?.[1];
    return [step ?? note ?? ''].filter((found) => found !== '');
  }
  const field = /^\s*"(\w+)":/.exec(line)?.[1];
  return field === undefined ? [] : [field];
}
