import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { OracleCallError, parseWith } from '@oracle-calls/protocol';
import type * as v from 'valibot';

/**
 * Reads the JSON file given as `--config FILE` and checks it.
 *
 * @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED`; `details.issues` names the fields, never their values
 */
export async function readJsonConfig<S extends v.GenericSchema>(
  schema: S,
  argv: readonly string[],
): Promise<v.InferOutput<S>> {
  const { values } = parseArgs({ args: [...argv], options: { config: { type: 'string' } } });
  if (values.config === undefined) throw new OracleCallError('ERR_PROTOCOL_MALFORMED', 'Give --config FILE.');
  let content: unknown;
  try {
    content = JSON.parse(await readFile(values.config, 'utf8'));
  } catch {
    throw new OracleCallError('ERR_PROTOCOL_MALFORMED', `${values.config} cannot be read as JSON.`);
  }
  return parseWith(schema, content);
}
