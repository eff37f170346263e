import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { OracleCallError } from '@oracle-calls/protocol';
import type { OracleSettings } from './brain-settings.ts';
import type { OracleDefinition } from './define-oracle.ts';

/** For an oracle of which nothing is said. */
const DEFAULT_INSTRUCTIONS = 'You are a helpful oracle.';

/**
 * The oracle that an operator's settings describe. A file of the author's is imported, and so is run: name only files that you would run.
 *
 * @throws {OracleCallError} `ERR_CONFIG_INVALID` when both forms are used, or the file cannot be imported or exports no oracle
 */
export async function loadOracle(settings: OracleSettings): Promise<OracleDefinition> {
  const { definitionFile, instructions, documentsDir, apology, brain } = settings;
  if (definitionFile === undefined) {
    return { instructions: instructions ?? DEFAULT_INSTRUCTIONS, documents: documentsDir, apology, brain };
  }
  if ([instructions, documentsDir, apology, brain].some((it) => it !== undefined)) {
    throw new OracleCallError(
      'ERR_CONFIG_INVALID',
      'definitionFile takes the place of instructions, documentsDir, apology and brain.',
    );
  }
  let module: unknown;
  try {
    module = await import(pathToFileURL(resolve(definitionFile)).href);
  } catch (cause) {
    throw new OracleCallError('ERR_CONFIG_INVALID', `${definitionFile} cannot be imported.`, { cause });
  }
  const oracle: unknown = Reflect.get(Object(module), 'oracle');
  if (!isDefinition(oracle)) {
    throw new OracleCallError(
      'ERR_CONFIG_INVALID',
      `${definitionFile} exports no oracle: export const oracle = defineOracle({ … }).`,
    );
  }
  return oracle;
}

/** The rest is checked where it is used. */
const isDefinition = (value: unknown): value is OracleDefinition =>
  typeof value === 'object' && value !== null && 'instructions' in value && typeof value.instructions === 'string';
