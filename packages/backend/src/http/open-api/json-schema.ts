import { toJsonSchema, type JsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import {
  CALL_ID_MAX_LENGTH,
  callIdSchema,
  didSchema,
  matrixEventIdSchema,
  sfuRoomNameSchema,
} from '@oracle-calls/protocol';
import { DID_MAX_LENGTH } from '@oracle-calls/protocol/did';

/**
 * Grammars that the protocol checks with code, which cannot be turned into JSON Schema: here they are again as patterns. A property
 * test holds both to say the same.
 */
export const GRAMMARS = [
  {
    name: 'CallId',
    schema: callIdSchema,
    json: {
      type: 'string',
      description: 'Names one call: the id of its Matrix event, @, and the name of its SFU room.',
      pattern: '^\\$[A-Za-z0-9_-]{1,128}@[A-Za-z0-9][A-Za-z0-9_-]{0,63}$',
      maxLength: CALL_ID_MAX_LENGTH,
    },
  },
  {
    name: 'SfuRoomName',
    schema: sfuRoomNameSchema,
    json: {
      type: 'string',
      description: 'Name of an SFU room, random for each call.',
      pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$',
    },
  },
  {
    name: 'MatrixEventId',
    schema: matrixEventIdSchema,
    json: {
      type: 'string',
      description: 'Id of a Matrix event, of room version 4 or later.',
      pattern: '^\\$[A-Za-z0-9_-]{1,128}$',
    },
  },
  {
    name: 'Did',
    schema: didSchema,
    json: {
      type: 'string',
      description: 'A decentralised identifier (W3C DID Core 1.0).',
      pattern: '^did:[a-z0-9]+:(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2}|:)*(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})$',
      maxLength: DID_MAX_LENGTH,
    },
  },
] as const satisfies readonly {
  readonly name: string;
  readonly schema: v.GenericSchema;
  readonly json: JsonSchema;
}[];

/** Plain JSON Schema 2020-12, which is what OpenAPI 3.1 uses, of a schema that the backend validates with. */
export function jsonSchemaOf(schema: v.GenericSchema): JsonSchema {
  const { $schema: _dialect, ...json } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    typeMode: 'input',
    overrideSchema: ({ valibotSchema }) => {
      const grammar = GRAMMARS.find((known) => known.schema === valibotSchema);
      return grammar === undefined ? undefined : { $ref: `#/components/schemas/${grammar.name}` };
    },
    // Checks in code only narrow further: that an instant exists in the calendar.
    ignoreActions: ['check'],
  });
  return json;
}
