import type { CallMemory } from '@oracle-calls/agent/oracle';
import * as v from 'valibot';
import type { Card } from './cards.ts';

/** Right answers in a row after which a card rests. */
const KNOWN_AFTER = 2;
const NOTE = 'rightInARow';

const noteSchema = v.record(v.string(), v.number());

/** How far the pupil is: for each question the right answers in a row. Kept in the notes of the session, or for this call alone where nothing is remembered. */
export class Progress {
  readonly #memory: CallMemory | undefined;
  readonly #here: Record<string, number>;

  constructor(memory: CallMemory | undefined) {
    this.#memory = memory;
    const noted = v.safeParse(noteSchema, memory?.notes.get(NOTE));
    this.#here = noted.success ? { ...noted.output } : {};
  }

  judge({ question }: Card, isRight: boolean): void {
    this.#here[question] = isRight ? (this.#here[question] ?? 0) + 1 : 0;
    this.#memory?.notes.set(NOTE, { ...this.#here });
  }

  known(cards: readonly Card[]): number {
    return cards.filter(({ question }) => (this.#here[question] ?? 0) >= KNOWN_AFTER).length;
  }

  /** The card that is known least, but not the one that was just asked unless there is no other. */
  next(cards: readonly Card[], last: Card | undefined): Card | undefined {
    const open = cards.filter(({ question }) => (this.#here[question] ?? 0) < KNOWN_AFTER);
    const others = open.filter((card) => card !== last);
    const choice = others.length > 0 ? others : open;
    return choice.toSorted((one, other) => this.#levelOf(one) - this.#levelOf(other))[0];
  }

  #levelOf({ question }: Card): number {
    return this.#here[question] ?? 0;
  }
}
