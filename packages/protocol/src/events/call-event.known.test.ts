import { expect, test } from 'vitest';
import vectors from '../../vectors/call-events.json' with { type: 'json' };
import { isOracleCallError, type OracleCallError } from '../errors/oracle-call-error.ts';
import { parseCallAnswer } from './call-answer.ts';
import { parseCallEvent } from './call-event.ts';

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
interface Group {
  readonly base: Readonly<Record<string, unknown>>;
  readonly accepted: readonly Row[];
  readonly rejected: readonly Row[];
}

function contentOf(base: Group['base'], { change = {}, remove = [], pad, ...row }: Row): unknown {
  if ('content' in row) return row.content;
  const content: Record<string, unknown> = { ...base, ...change };
  for (const field of remove) delete content[field];
  if (pad !== undefined) content[pad.field] = 'a'.repeat(pad.length);
  return content;
}

function refusal(parse: (content: unknown) => unknown, content: unknown): OracleCallError | undefined {
  try {
    parse(content);
    return undefined;
  } catch (error) {
    if (isOracleCallError(error)) return error;
    throw error;
  }
}

const calls: Group = vectors.calls;
const answers: Group = vectors.answers;

for (const { kind, group, parse } of [
  { kind: 'call', group: calls, parse: parseCallEvent },
  { kind: 'answer', group: answers, parse: parseCallAnswer },
]) {
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
