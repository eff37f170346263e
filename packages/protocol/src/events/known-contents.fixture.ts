import { expect, test } from 'vitest';
import { isOracleCallError, type OracleCallError } from '../errors/oracle-call-error.ts';

interface Row {
  readonly name: string;
  readonly change?: Readonly<Record<string, unknown>>;
  readonly remove?: readonly string[];
  readonly pad?: { readonly field: string; readonly length: number };
  readonly content?: unknown;
  readonly dropped?: readonly string[];
  readonly code?: string;
  readonly path?: string;
}

/** A kind of content in the vectors: a base, and rows that change or remove its fields. */
export interface KnownContents {
  readonly base: Readonly<Record<string, unknown>>;
  readonly accepted: readonly Row[];
  readonly rejected: readonly Row[];
}

type Parse = (content: unknown) => unknown;

function contentOf(base: KnownContents['base'], { change = {}, remove = [], pad, ...row }: Row): unknown {
  if ('content' in row) return row.content;
  const content: Record<string, unknown> = { ...base, ...change };
  for (const field of remove) delete content[field];
  if (pad !== undefined) content[pad.field] = 'a'.repeat(pad.length);
  return content;
}

function refusal(parse: Parse, content: unknown): OracleCallError | undefined {
  try {
    parse(content);
    return undefined;
  } catch (error) {
    if (isOracleCallError(error)) return error;
    throw error;
  }
}

/** Holds a parser to every row of its vectors. */
export function testContents(kind: string, group: KnownContents, parse: Parse): void {
  test.each(group.accepted)(`${kind} accepted: $name`, (row) => {
    const content = contentOf(group.base, row) as Record<string, unknown>;
    const expected = { ...content };
    for (const field of row.dropped ?? []) delete expected[field];
    expect(parse(content)).toEqual(expected);
  });

  test.each(group.rejected)(`${kind} rejected: $name, as $code`, (row) => {
    const error = refusal(parse, contentOf(group.base, row));
    expect(error?.code).toBe(row.code);
    if (row.path === undefined) return;
    const issues = error?.details['issues'] as readonly string[];
    expect(new Set(issues.map((issue) => issue.split(':')[0]))).toEqual(new Set([row.path]));
  });
}
