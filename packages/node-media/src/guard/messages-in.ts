import type { AnyMessage, FieldInfo } from '@bufbuild/protobuf';

/** One field of one message, whether it stands alone or in a `oneof`. */
export interface FieldPlace {
  readonly field: FieldInfo;
  readonly get: () => unknown;
  readonly set: (value: unknown) => void;
}

/**
 * Every field of the message's type, set or not, but those of a `oneof` where another was chosen. Asking the type means
 * that what LiveKit adds to its messages is found without a change here.
 */
export function fieldsOf(message: AnyMessage): FieldPlace[] {
  return message
    .getType()
    .fields.list()
    .flatMap((field): FieldPlace[] => {
      const { oneof, localName } = field;
      if (oneof === undefined) {
        return [{ field, get: () => message[localName], set: (value) => void (message[localName] = value) }];
      }
      const chosen = Object(message[oneof.localName]) as { readonly case?: unknown; value?: unknown };
      if (chosen.case !== localName) return [];
      return [{ field, get: () => chosen.value, set: (value) => void (chosen.value = value) }];
    });
}

/** A message and all that it contains, at any depth. */
export function* messagesIn(message: AnyMessage): Generator<AnyMessage> {
  yield message;
  for (const { field, get } of fieldsOf(message)) {
    const value = get();
    if (value === undefined) continue;
    if (field.kind === 'message') {
      // The type says so: a field of this kind holds a message, or a list of them.
      for (const one of field.repeated ? (value as AnyMessage[]) : [value as AnyMessage]) yield* messagesIn(one);
    } else if (field.kind === 'map' && field.V.kind === 'message') {
      for (const one of Object.values(value as Record<string, AnyMessage>)) yield* messagesIn(one);
    }
  }
}
