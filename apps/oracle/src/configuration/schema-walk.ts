import * as v from 'valibot';

/** The parts of valibot's schemas that lead to other schemas. */
interface SchemaShape {
  readonly entries?: Readonly<Record<string, v.GenericSchema>>;
  readonly item?: v.GenericSchema;
  readonly value?: v.GenericSchema;
  readonly wrapped?: v.GenericSchema;
  /** Of a variant: one schema for each value of the field `key`. */
  readonly options?: readonly v.GenericSchema[];
  readonly key?: string;
}

/** An optional field's own schema. */
function unwrapped(schema: v.GenericSchema): v.GenericSchema & SchemaShape {
  const shape = schema as v.GenericSchema & SchemaShape;
  return shape.wrapped === undefined ? shape : unwrapped(shape.wrapped);
}

function step(schema: v.GenericSchema, key: string | number): v.GenericSchema | undefined {
  const { entries, item, value, options } = unwrapped(schema);
  const inOption = options?.map((option) => step(option, key)).find((found) => found !== undefined);
  return entries?.[key] ?? inOption ?? (typeof key === 'number' ? item : value);
}

/** The option of a variant that a value is of; the schema itself when it is no variant, nothing when the value is of none. */
function optionFor(schema: v.GenericSchema & SchemaShape, value: unknown): (v.GenericSchema & SchemaShape) | undefined {
  const { options, key } = schema;
  if (options === undefined || key === undefined) return schema;
  const chosen: unknown = Reflect.get(Object(value), key);
  return options.map(unwrapped).find(({ entries }) => entries?.[key] && v.is(entries[key], chosen));
}

/** Names of the fields that an object at this path may have. */
export function fieldsAt(schema: v.GenericSchema, path: readonly (string | number)[]): readonly string[] {
  const at = path.reduce<v.GenericSchema | undefined>((from, key) => from && step(from, key), schema);
  if (at === undefined) return [];
  const { entries = {}, options = [] } = unwrapped(at);
  return [...new Set([entries, ...options.map((option) => unwrapped(option).entries ?? {})].flatMap(Object.keys))];
}

/** What stands where in a file: for a secret that is read, for a folder or file that the program itself makes, for a folder or file that must be there. */
export type NamedPathKind = 'secret' | 'made' | 'folder' | 'file';

export interface NamedPath {
  readonly path: readonly (string | number)[];
  readonly kind: NamedPathKind;
  /** What was written there. */
  readonly value: unknown;
}

/** Under this key a schema notes what its value names. */
export const NAMED_PATH_KEYWORD = 'namedPath';

const metadataSchema = v.object({ [NAMED_PATH_KEYWORD]: v.picklist(['secret', 'made', 'folder', 'file']) });

const DESCRIPTIONS: Readonly<Record<NamedPathKind, string>> = {
  secret: 'A file that holds the secret as its only content, closed to others (mode 0600).',
  made: 'A path that the program makes when it is not there.',
  folder: 'A folder that is there.',
  file: 'A file that is there.',
};

/** A field that names a file or folder. */
export const namedPath = (kind: NamedPathKind) =>
  v.pipe(
    v.string(),
    v.minLength(1, 'a file path'),
    v.metadata({ [NAMED_PATH_KEYWORD]: kind, description: DESCRIPTIONS[kind] }),
  );

/** Every field of a schema that names a file or folder; in lists, for as many entries as `value`, what was written, has. */
export function namedPathsIn(
  schema: v.GenericSchema,
  value: unknown,
  path: readonly (string | number)[] = [],
): NamedPath[] {
  const at = unwrapped(schema);
  const told = v.safeParse(metadataSchema, v.getMetadata(at as Parameters<typeof v.getMetadata>[0]));
  if (told.success) return [{ path, kind: told.output[NAMED_PATH_KEYWORD], value }];
  const { item, entries = {} } = optionFor(at, value) ?? {};
  if (item !== undefined) {
    const list: readonly unknown[] = Array.isArray(value) ? value : [];
    return list.flatMap((one, index) => namedPathsIn(item, one, [...path, index]));
  }
  return Object.entries(entries).flatMap(([name, field]) =>
    namedPathsIn(field, Reflect.get(Object(value), name), [...path, name]),
  );
}
