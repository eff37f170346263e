import type { TurnOutcome } from '@oracle-calls/protocol';

export type { TurnOutcome };

/** One spoken turn of the user's and its answer, told once, when the answer is over. All instants are milliseconds of the job's `Clock`. */
export interface TurnMeasures {
  /** 1, 2, …: spoken turns of this conversation, in order. */
  readonly turn: number;
  /** Where the user's speech itself ended, not where the silence after it was noticed. Absent where a realtime model does not say. */
  readonly userStoppedAt?: number | undefined;
  /** The words that were answered were known. A realtime model answers what it hears: what is written down of it later has no part in that. */
  readonly recognisedAt?: number | undefined;
  /** The brain was asked the question that was answered; possibly before the turn was known to be over. A realtime model asks itself. */
  readonly answerBegunAt?: number | undefined;
  /** The brain's first piece of text; of a realtime model, where it came before the sound. */
  readonly firstTokenAt?: number | undefined;
  /** The first sound of the answer was handed to the speaker. */
  readonly firstAudioAt?: number | undefined;
  /** The user began to speak over the answer (the speech itself, not its detection); the last time when it went on in between. */
  readonly interruptedAt?: number | undefined;
  /** The oracle's voice was silent after that. */
  readonly silencedAt?: number | undefined;
  readonly outcome: TurnOutcome;
}

const INSTANTS = [
  'recognisedAt',
  'answerBegunAt',
  'firstTokenAt',
  'firstAudioAt',
  'interruptedAt',
  'silencedAt',
] as const;

/** The same as fields of a log line: milliseconds since the user's speech ended, where that is known. */
export function turnFields(measures: TurnMeasures): Readonly<Record<string, string | number>> {
  const fields: Record<string, string | number> = { turn: measures.turn, outcome: measures.outcome };
  const { userStoppedAt } = measures;
  if (userStoppedAt === undefined) return fields;
  for (const name of INSTANTS) {
    const at = measures[name];
    if (at !== undefined) fields[`${name.slice(0, -'At'.length)}Ms`] = Math.round(at - userStoppedAt);
  }
  return fields;
}
