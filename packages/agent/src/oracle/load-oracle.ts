import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { OracleCallError } from '@oracle-calls/protocol';
import type { OracleSettings } from './brain-settings.ts';
import { checkDefinition } from './check-definition.ts';
import type { OracleDefinition } from './define-oracle.ts';
import { explainProblem } from './explain-problem.ts';

/** For an oracle of which nothing is said. */
const DEFAULT_INSTRUCTIONS = 'You are a helpful oracle.';

/** Imports a module by its address. */
export type ImportModule = (url: string) => Promise<unknown>;

const importOnce: ImportModule = (url) => import(url);

/**
 * The oracle that an operator's settings describe. A file of the author's is imported, and so is run: name only files that you would run.
 *
 * @throws {OracleCallError} `ERR_CONFIG_INVALID` when both forms are used, or the file cannot be imported or exports no oracle
 */
export async function loadOracle(
  settings: OracleSettings,
  importModule: ImportModule = importOnce,
): Promise<OracleDefinition> {
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
  const file = resolve(definitionFile);
  const module = await importModule(pathToFileURL(file).href).catch((cause: unknown) => {
    const problem = `${definitionFile} cannot be imported.\n${explainProblem(cause)}`;
    throw new OracleCallError('ERR_CONFIG_INVALID', problem, { cause });
  });
  return checkDefinition(Reflect.get(Object(module), 'oracle'), file);
}
