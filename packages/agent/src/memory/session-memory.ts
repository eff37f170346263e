import { encodeMemoryBody, MEMORY_TEXT_MAX_LENGTH } from '@oracle-calls/protocol/memory';
import type { MemoryBody, RememberedTurn } from '@oracle-calls/protocol/memory';
import { HeldMemory } from './call-memory.ts';
import type { CallMemory, NoteChange } from './call-memory.ts';

/** What a user may wish about a memory in a call: that nothing of this call is kept, or that all of the session is forgotten. */
export type MemoryWish = 'keep-nothing' | 'forget';

/** A session's memory in one call: what it began with, and what comes to it. */
export class SessionMemory {
  readonly #keepTurns: number;
  readonly #said: RememberedTurn[] = [];
  #held: HeldMemory;
  #changes = 0;
  #isKept = true;

  constructor(body: MemoryBody, keepTurns: number) {
    this.#keepTurns = keepTurns;
    this.#held = this.#hold(body);
  }

  /** For brains, tools and `onCall`. */
  get forCall(): CallMemory {
    return this.#held;
  }

  /** Rises with whatever is worth keeping. */
  get changes(): number {
    return this.#changes;
  }

  /** Whether anything of this call is to be kept. */
  get isKept(): boolean {
    return this.#isKept;
  }

  /** Somebody has said something, or written it. */
  add(speaker: RememberedTurn['speaker'], text: string, at: number): void {
    const trimmed = text.trim().slice(0, MEMORY_TEXT_MAX_LENGTH);
    if (trimmed === '' || this.#keepTurns === 0) return;
    // Cut within a pair, it could not be encoded.
    this.#said.push({ speaker, text: trimmed.toWellFormed(), at });
    this.#changes += 1;
  }

  /** The user does not want it. What is forgotten is gone at once, also for the rest of the call. */
  obey(wish: MemoryWish): void {
    this.#isKept = false;
    this.#said.length = 0;
    if (wish === 'forget') this.#held = this.#hold({ turns: [], notes: {} });
  }

  /** What is to be kept now, encoded. */
  encode(): Uint8Array<ArrayBuffer> {
    const { turns, notes } = this.#held.toBody();
    const all = [...turns, ...this.#said];
    return encodeMemoryBody({ turns: this.#keepTurns === 0 ? [] : all.slice(-this.#keepTurns), notes });
  }

  #hold(body: MemoryBody): HeldMemory {
    return new HeldMemory(body, (_change: NoteChange) => {
      this.#changes += 1;
    });
  }
}
