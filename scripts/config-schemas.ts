import { CONFIG_KINDS, configJsonSchema, type ConfigKind } from '@oracle-calls/oracle/configuration';
import { format } from 'prettier';

/** Where the schemas stand, from the project's root. */
export const CONFIG_SCHEMAS_FOLDER = 'docs/config';

export const configSchemaFile = (kind: ConfigKind): string => `${CONFIG_SCHEMAS_FOLDER}/${kind}.schema.json`;

/** The committed JSON Schemas of the configurations: path from the project's root → text. */
export async function configSchemas(): Promise<ReadonlyMap<string, string>> {
  const entries = CONFIG_KINDS.map(async (kind): Promise<[string, string]> => {
    const text = JSON.stringify(configJsonSchema(kind));
    return [configSchemaFile(kind), await format(text, { parser: 'json', printWidth: 120, objectWrap: 'collapse' })];
  });
  return new Map(await Promise.all(entries));
}
