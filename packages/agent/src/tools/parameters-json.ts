import { toJsonSchema } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';
import type { JsonSchema, Tool } from './tool.ts';

/** What a schema that follows Standard JSON Schema 1.1 says of itself (zod from 4.2). */
interface SelfDescribing {
  readonly jsonSchema?: { readonly input?: (options: { readonly target: 'draft-2020-12' }) => JsonSchema };
}

/**
 * What a tool takes, as JSON Schema.
 *
 * @throws {TypeError} when its schema cannot say so, and the tool does not either, or when it takes no object
 */
export function parametersJsonOf({ name, parameters, parametersJson }: Tool): JsonSchema {
  const standard: (typeof parameters)['~standard'] & SelfDescribing = parameters['~standard'];
  const schema =
    parametersJson ??
    standard.jsonSchema?.input?.({ target: 'draft-2020-12' }) ??
    (isValibot(parameters) ? fromValibot(parameters) : undefined);
  if (schema === undefined) throw new TypeError(`${name}: give parametersJson, since ${standard.vendor} cannot say it`);
  if (schema['type'] !== 'object') throw new TypeError(`${name}: a tool takes an object of named parameters`);
  // Models and services know it without being told.
  const { $schema: _dialect, ...rest } = schema;
  return rest;
}

function fromValibot(schema: GenericSchema): JsonSchema {
  const json = toJsonSchema(schema, { typeMode: 'input', errorMode: 'ignore' });
  return JSON.parse(JSON.stringify(json)) as JsonSchema;
}

/** By the vendor's name and what every schema of valibot has, of whichever copy the author has. */
const isValibot = (schema: Tool['parameters']): schema is Tool['parameters'] & GenericSchema =>
  schema['~standard'].vendor === 'valibot' && 'kind' in schema && schema.kind === 'schema';
