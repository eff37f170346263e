import type { AnyMessage, FieldInfo, MessageType } from '@bufbuild/protobuf';
import { ScalarType } from '@bufbuild/protobuf';
import { SignalResponse } from '@livekit/protocol';
import fc from 'fast-check';

const anyEnum = fc.integer({ min: 0, max: 3 });

/** Any message of a type, by the type alone: whatever the schema allows can come. */
function anyMessageOf(type: MessageType): fc.Arbitrary<AnyMessage> {
  const shape: Record<string, fc.Arbitrary<unknown>> = {};
  for (const member of type.fields.byMember()) {
    shape[member.localName] =
      member.kind === 'oneof'
        ? fc.oneof(
            fc.constant({ case: undefined }),
            ...member.fields.map((field) => anyOne(field).map((value) => ({ case: field.localName, value }))),
          )
        : anyField(member);
  }
  return fc.record(shape, { requiredKeys: [] }).map((init) => Object.assign(new type(), withoutUnset(init)));
}

/** The type makes its own messages. */
export const anyResponse = anyMessageOf(SignalResponse) as fc.Arbitrary<AnyMessage & SignalResponse>;

function anyField(field: FieldInfo): fc.Arbitrary<unknown> {
  if (field.kind === 'map') {
    const key = field.K === ScalarType.STRING ? fc.string({ maxLength: 4 }) : fc.nat(9).map(String);
    return fc.dictionary(key, anyMapValue(field), { maxKeys: 2 });
  }
  return field.repeated ? fc.array(anyOne(field), { maxLength: 2 }) : anyOne(field);
}

function anyMapValue(field: FieldInfo & { readonly kind: 'map' }): fc.Arbitrary<unknown> {
  if (field.V.kind === 'message') return anyMessageOf(field.V.T);
  return field.V.kind === 'enum' ? anyEnum : anyScalar(field.V.T);
}

function anyOne(field: FieldInfo): fc.Arbitrary<unknown> {
  switch (field.kind) {
    case 'message':
      return anyMessageOf(field.T);
    case 'enum':
      return anyEnum;
    case 'scalar':
      return anyScalar(field.T);
    case 'map':
      return anyField(field);
  }
}

function anyScalar(type: ScalarType): fc.Arbitrary<unknown> {
  switch (type) {
    case ScalarType.STRING:
      return fc.string({ maxLength: 6 });
    case ScalarType.BOOL:
      return fc.boolean();
    case ScalarType.BYTES:
      return fc.uint8Array({ maxLength: 6 });
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return fc.constantFrom(0, 0.5, 3);
    case ScalarType.INT64:
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
    case ScalarType.SINT64:
      return fc.bigInt({ min: 0n, max: 9n });
    default:
      return fc.integer({ min: 0, max: 9 });
  }
}

/** An absent key keeps the type's own default. */
function withoutUnset(init: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(init).filter(([, value]) => value !== undefined));
}
