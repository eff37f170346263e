import * as v from 'valibot';

/** The parts of valibot's schemas that lead to other schemas. */
interface SchemaShape {
  readonly entries?: Readonly<Record<string, v.GenericSchema>>;
  readonly item?: v.GenericSchema;
  readonly value?: v.GenericSchema;
  readonly wrapped?: v.GenericSchema;
}

/** An optional field's own schema. */
function unwrapped(schema: v.GenericSchema): v.GenericSchema & SchemaShape {
  const shape = schema as v.GenericSchema & SchemaShape;
  return shape.wrapped === undefined ? shape : unwrapped(shape.wrapped);
}

function step(schema: v.GenericSchema, key: string | number): v.GenericSchema | undefined {
  const { entries, item, value } = unwrapped(schema);
  return entries?.[key] ?? (typeof key === 'number' ? item : value);
}

/** Names of the fields that an object at this path may have. */
export function fieldsAt(schema: v.GenericSchema, path: readonly (string | number)[]): readonly string[] {
  const at = path.reduce<v.GenericSchema | undefined>((from, key) => from && step(from, key), schema);
  return at === undefined ? [] : Object.keys(unwrapped(at).entries ?? {});
}

/** What stands where in a file: for a secret that is read, for a folder or file that the program itself makes, for a folder that must be there. */
export type NamedPathKind = 'secret' | 'made' | 'folder';

export interface NamedPath {
  readonly path: readonly (string | number)[];
  readonly kind: NamedPathKind;
  /** What was written there. */
  readonly value: unknown;
}

/** Under this key a schema notes what its value names. */
export const NAMED_PATH_KEYWORD = 'namedPath';

const metadataSchema = v.object({ [NAMED_PATH_KEYWORD]: v.picklist(['secret', 'made', 'folder']) });

const DESCRIPTIONS: Readonly<Record<NamedPathKind, string>> = {
  secret: 'A file that holds the secret as its only content, closed to others (mode 0600).',
  made: 'A path that the program makes when it is not there.',
  folder: 'A folder that is there.',
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
  const { item, entries = {} } = at;
  if (item !== undefined) {
    const list: readonly unknown[] = Array.isArray(value) ? value : [];
    return list.flatMap((one, index) => namedPathsIn(item, one, [...path, index]));
  }
  return Object.entries(entries).flatMap(([name, field]) =>
    namedPathsIn(field, Reflect.get(Object(value), name), [...path, name]),
  );
}
