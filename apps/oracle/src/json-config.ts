import { parseArgs } from 'node:util';
import { OracleCallError } from '@oracle-calls/protocol';
import type * as v from 'valibot';
import { configOf, readConfigFile } from './configuration/read-config.ts';

interface StartOptions {
  readonly config?: string | undefined;
  readonly check?: boolean | undefined;
}

function parseStart(argv: readonly string[]): StartOptions {
  try {
    return parseArgs({ args: [...argv], options: { config: { type: 'string' }, check: { type: 'boolean' } } }).values;
  } catch {
    // The parser's message repeats what was typed.
    throw new OracleCallError('ERR_CONFIG_INVALID', 'Give --config FILE, and --check to look at it without starting.');
  }
}

/**
 * Reads the JSON file given as `--config FILE` and checks it, with the files that it names.
 *
 * @throws {OracleCallError} `ERR_CONFIG_INVALID`; `details.issues` names every field that is wrong, never a value that may be secret
 */
export async function readJsonConfig<S extends v.GenericSchema>(
  schema: S,
  argv: readonly string[],
): Promise<v.InferOutput<S>> {
  const { config } = parseStart(argv);
  if (config === undefined) throw new OracleCallError('ERR_CONFIG_INVALID', 'Give --config FILE.');
  return configOf(await readConfigFile(schema, config), config);
}

/** Whether the program is only to look at its configuration (`--check`). */
export const isCheckOnly = (argv: readonly string[]): boolean => parseStart(argv).check === true;
