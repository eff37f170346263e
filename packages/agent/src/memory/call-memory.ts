import { OracleCallError } from '@oracle-calls/protocol';
import { encodeMemoryBody, MEMORY_KEY_MAX_LENGTH } from '@oracle-calls/protocol/memory';
import type { JsonValue, MemoryBody, RememberedTurn } from '@oracle-calls/protocol/memory';

/** Small things that an oracle's own code remembers of a session. */
export interface CallNotes {
  readonly names: readonly string[];
  get(name: string): JsonValue | undefined;
  /**
   * Remembers a value under a name of at most 64 characters.
   *
   * @throws {OracleCallError} `ERR_PROTOCOL_TOO_LARGE` when all notes together are more than 12 kB of JSON, `ERR_PROTOCOL_MALFORMED` for what JSON cannot say
   */
  set(name: string, value: JsonValue): void;
  delete(name: string): void;
}

/** What the oracle remembers of the session: of the user's earlier calls in it, and what tools and `onCall` noted. */
export interface CallMemory {
  /** What was said in earlier calls, oldest first; of the last ones as much as was kept. */
  readonly turns: readonly RememberedTurn[];
  readonly notes: CallNotes;
}

/** A note that changed; without a value it is gone. */
export interface NoteChange {
  readonly name: string;
  readonly value?: JsonValue | undefined;
}

/** A {@link CallMemory} over its parts; told of each note that changes. */
export class HeldMemory implements CallMemory {
  readonly turns: readonly RememberedTurn[];
  readonly notes: CallNotes;
  readonly #notes: Map<string, JsonValue>;

  constructor({ turns = [], notes = {} }: Partial<MemoryBody> = {}, onNote?: (change: NoteChange) => void) {
    const held = new Map(Object.entries(notes));
    this.turns = turns;
    this.#notes = held;
    this.notes = {
      get names() {
        return [...held.keys()];
      },
      get: (name) => held.get(name),
      set(name, value) {
        // As it will be after JSON: later changes of an object are no note, and what JSON cannot say is refused now.
        const copy = jsonCopyOf(value);
        checkNotes({ ...Object.fromEntries(held), [name]: copy });
        held.set(name, copy);
        onNote?.({ name, value: copy });
      },
      delete(name) {
        if (held.delete(name)) onNote?.({ name });
      },
    };
  }

  /** The parts again, as plain values. */
  toBody(): MemoryBody {
    return { turns: this.turns, notes: Object.fromEntries(this.#notes) };
  }
}

/**
 * A memory for consoles and tests of an author's own: it is kept nowhere.
 *
 * @example
 *   const talk = converseWith(brain, { context: { sessionId: 's', memory: createCallMemory({ notes: { name: 'Ada' } }) } });
 */
export const createCallMemory = (body: Partial<MemoryBody> = {}): CallMemory => new HeldMemory(body);

/** The parts of a memory, to be sent somewhere. */
export function bodyOf({ turns, notes }: CallMemory): MemoryBody {
  return { turns, notes: Object.fromEntries(notes.names.map((name) => [name, notes.get(name) ?? null])) };
}

function jsonCopyOf(value: JsonValue): JsonValue {
  try {
    const text: unknown = JSON.stringify(value);
    if (typeof text === 'string') return JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw new OracleCallError('ERR_PROTOCOL_MALFORMED', 'A note is a value that JSON can say.', { cause });
  }
  throw new OracleCallError('ERR_PROTOCOL_MALFORMED', 'A note is a value that JSON can say.');
}

function checkNotes(notes: MemoryBody['notes']): void {
  if (Object.keys(notes).some((name) => name === '' || name.length > MEMORY_KEY_MAX_LENGTH)) {
    throw new OracleCallError('ERR_PROTOCOL_MALFORMED', `A note's name has 1 to ${MEMORY_KEY_MAX_LENGTH} characters.`);
  }
  encodeMemoryBody({ turns: [], notes });
}
