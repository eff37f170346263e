import type { Clock } from '@oracle-calls/protocol';
import type { TurnMeasures, TurnOutcome } from './turn-measures.ts';

type Draft = { -readonly [K in keyof Omit<TurnMeasures, 'outcome'>]: TurnMeasures[K] } & { wasHeld: boolean };

/** Times of an answer that the brain was asked for, perhaps before it is known which turn it answers. */
export class AnswerTimes {
  readonly #clock: Pick<Clock, 'now'>;
  readonly begunAt: number;
  #firstTokenAt: number | undefined;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
    this.begunAt = clock.now();
  }

  get firstTokenAt(): number | undefined {
    return this.#firstTokenAt;
  }

  pieceCame(): void {
    this.#firstTokenAt ??= this.#clock.now();
  }
}

/** Puts together what happens to one turn after the other, and tells each once, when it is over. */
export class TurnRecord {
  readonly #tell: (measures: TurnMeasures) => void;
  readonly #clock: Pick<Clock, 'now'>;
  #turns = 0;
  #draft: Draft | undefined;
  #answer: AnswerTimes | undefined;

  constructor(tell: (measures: TurnMeasures) => void, clock: Pick<Clock, 'now'>) {
    this.#tell = tell;
    this.#clock = clock;
  }

  /** A spoken turn is over. The one before is too, whatever became of it. */
  turnOver(userStoppedAt: number | undefined, recognisedAt?: number): void {
    this.answerOver('unanswered');
    this.#turns += 1;
    this.#draft = { turn: this.#turns, userStoppedAt, recognisedAt, wasHeld: false };
  }

  /** The brain is asked. The last answer that was begun is the one that is heard: the framework drops those before. */
  answerBegun(): AnswerTimes {
    return (this.#answer = new AnswerTimes(this.#clock));
  }

  /** The first text of an answer that nobody asked for: a realtime model begins it by itself. Text that comes after the sound was not waited for. */
  firstText(): void {
    if (this.#draft !== undefined && this.#draft.firstAudioAt === undefined) {
      this.#draft.firstTokenAt ??= this.#clock.now();
    }
  }

  /** The first sound of an answer. */
  firstAudio(): void {
    if (this.#draft === undefined || this.#draft.firstAudioAt !== undefined) return;
    this.#draft.answerBegunAt = this.#answer?.begunAt;
    this.#draft.firstTokenAt ??= this.#answer?.firstTokenAt;
    this.#draft.firstAudioAt = this.#clock.now();
  }

  /** The oracle fell silent because somebody began to speak, at this instant where it is known. */
  held(interruptedAt: number | undefined): void {
    if (this.#draft === undefined) return;
    Object.assign(this.#draft, { interruptedAt, silencedAt: this.#clock.now(), wasHeld: true });
  }

  /** The answer is over. Without a sound of it, nothing was answered. */
  answerOver(how: 'heard' | 'given-up' | 'unanswered'): void {
    const draft = this.#draft;
    if (draft === undefined) return;
    if (how === 'heard' && draft.firstAudioAt === undefined) return;
    this.#draft = undefined;
    this.#answer = undefined;
    const { wasHeld, ...measures } = draft;
    this.#tell({ ...measures, outcome: outcomeOf(how, wasHeld, draft.firstAudioAt !== undefined) });
  }
}

function outcomeOf(how: 'heard' | 'given-up' | 'unanswered', wasHeld: boolean, wasHeardAtAll: boolean): TurnOutcome {
  if (!wasHeardAtAll) return 'unanswered';
  if (how === 'heard') return wasHeld ? 'resumed' : 'answered';
  return 'interrupted';
}
