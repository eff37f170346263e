import { didSchema } from '@oracle-calls/protocol';
import { toJsonSchema, type JsonSchema } from '@valibot/to-json-schema';
import { CONFIG_SCHEMAS, type ConfigKind } from './config-kinds.ts';
import { NAMED_PATH_KEYWORD } from './schema-walk.ts';

/** Where a committed schema is found by its `$id`; editors need no network for the relative path that configurations name. */
const ID_BASE = 'https://oracle-calls.example/schemas';

/**
 * The JSON Schema of a configuration, for editors: completion, and most mistakes while typing. What only code can check
 * (addresses that belong together, files that are named) is told at start and by `oracle-calls check-config`.
 */
export function configJsonSchema(kind: ConfigKind): Record<string, unknown> {
  const { $schema, ...schema } = withoutOwnKeywords(
    toJsonSchema(CONFIG_SCHEMAS[kind], {
      target: 'draft-2020-12',
      // What is written in the file, before defaults are filled in.
      typeMode: 'input',
      // Grammars that are checked by code; what they are all the same is text.
      overrideSchema: ({ valibotSchema }) =>
        valibotSchema.type === 'custom' || valibotSchema === didSchema ? { type: 'string' } : undefined,
      // A check in code has no counterpart in JSON Schema; the text that it is on stays.
      errorMode: 'ignore',
    }),
  );
  return {
    $schema,
    $id: `${ID_BASE}/${kind}.schema.json`,
    title: `${kind}.json of Oracle Calls`,
    ...schema,
    properties: { $schema: { type: 'string' }, ...schema.properties },
  };
}

/** What our schemas note for ourselves is no keyword of JSON Schema. */
function withoutOwnKeywords(schema: JsonSchema): JsonSchema {
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) => (key === NAMED_PATH_KEYWORD ? undefined : value)),
  ) as JsonSchema;
}
