import { readFile } from 'node:fs/promises';
import { OracleCallError } from '@oracle-calls/protocol';
import * as v from 'valibot';
import { describeIssue, type DescribedIssue } from './describe-issue.ts';
import { findPathProblems, type PathProblem } from './named-paths.ts';
import { parseJson, pathText, ROOT_PATH, type ConfigProblem } from './parse-json.ts';

/** Where editors find the schema of a JSON file; nothing here reads it. */
const SCHEMA_FIELD = '$schema';

/** A configuration larger than this, in bytes, is some other file. */
const CONFIG_MAX_BYTES = 1_000_000;

export type ConfigReading<C> =
  | { readonly kind: 'good'; readonly config: C }
  | {
      readonly kind: 'bad';
      readonly problems: readonly ConfigProblem[];
      /** When only files that it names are wrong: for those who only look. */
      readonly config?: C | undefined;
    };

/** `path: what (line 3)`. */
export function describeProblem({ path, text, place }: ConfigProblem): string {
  return `${path}: ${text}${place === undefined ? '' : ` (line ${place.line}, column ${place.column})`}`;
}

const bad = (path: string, text: string): { readonly kind: 'bad'; readonly problems: readonly ConfigProblem[] } => ({
  kind: 'bad',
  problems: [{ path, text }],
});

/** One sentence for each field: of several, the one that our schema words itself. */
function perField(issues: readonly DescribedIssue[]): DescribedIssue[] {
  const byPath = new Map<string, DescribedIssue>();
  for (const issue of issues) {
    const path = pathText(issue.path);
    if (!byPath.has(path) || issue.isOurs) byPath.set(path, issue);
  }
  return [...byPath.values()];
}

/**
 * Reads a configuration file and finds all that is wrong with it at once: syntax, fields, and the files that it names.
 * Values are never repeated where they may be secret.
 */
export async function readConfigFile<S extends v.GenericSchema>(
  schema: S,
  file: string,
): Promise<ConfigReading<v.InferOutput<S>>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return bad(ROOT_PATH, `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
  if (text.length > CONFIG_MAX_BYTES) return bad(ROOT_PATH, 'is too large for a configuration');
  const parsed = parseJson(text.replace(/^\u{FEFF}/u, ''));
  if ('problems' in parsed) return { kind: 'bad', problems: parsed.problems };
  // For the schema library a list is an object as well.
  if (Array.isArray(parsed.value)) return bad(ROOT_PATH, 'an object { … } expected, found a list');
  const value = withoutSchemaField(parsed.value);
  const result = v.safeParse(schema, value);
  const described = result.success ? [] : result.issues.map((issue) => describeIssue(issue, schema));
  const told = ({ path, text: what }: PathProblem): ConfigProblem => ({
    path: pathText(path),
    text: what,
    place: parsed.placeOf(path),
  });
  const fields = perField(described).map(told);
  const wrong = new Set(fields.map(({ path }) => path));
  const paths = (await findPathProblems(schema, value)).map(told).filter(({ path }) => !wrong.has(path));
  const problems = [...fields, ...paths];
  return result.success && problems.length === 0
    ? { kind: 'good', config: result.output }
    : { kind: 'bad', problems, config: result.success ? result.output : undefined };
}

function withoutSchemaField(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== SCHEMA_FIELD));
}

/**
 * @throws {OracleCallError} `ERR_CONFIG_INVALID`; `details.issues` names each field, what was found and what is expected
 */
export function configOf<C>(reading: ConfigReading<C>, file: string): C {
  if (reading.kind === 'good') return reading.config;
  const issues = reading.problems.map(describeProblem);
  throw new OracleCallError('ERR_CONFIG_INVALID', `${file} cannot be used.`, { details: { issues } });
}
