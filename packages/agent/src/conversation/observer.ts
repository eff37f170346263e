import type { CaptionWord } from '@oracle-calls/protocol/data-frame';
import type { TurnMeasures } from './turn-measures.ts';

/** What the oracle does at the moment. */
export type OracleActivity = 'listening' | 'thinking' | 'speaking';

/** Words that were said. */
export interface SpokenWords {
  readonly speaker: 'user' | 'oracle';
  /** Names one utterance: what comes later under the same name replaces what came before. */
  readonly segment: string;
  readonly text: string;
  /** The words of this segment change no more. */
  readonly isFinal: boolean;
  /** The words of `text` with their times, where they are known: never guessed. */
  readonly words?: readonly CaptionWord[] | undefined;
}

/** Who is told what is said in a conversation, and by whom. Returns at once, does not throw. */
export interface ConversationObserver {
  readonly words: (words: SpokenWords) => void;
  readonly activity: (activity: OracleActivity) => void;
  /** A spoken turn and its answer are over. */
  readonly turn: (measures: TurnMeasures) => void;
}
