import type { AnswerOptions, CallContext, Turn } from '../../brain/brain.ts';
import type { EnginePlace, SentKind } from '@oracle-calls/protocol/hearing';
import type { ToolBox } from '../../tools/tool-box.ts';

/** Hertz of the sound that goes in and comes out: mono samples of −1…1. */
export const REALTIME_SAMPLE_RATE = 24_000;

/** What such a model gets: the sound, and in words what the user writes, what tools say, what is remembered and what was said before a session broke. */
export const SENT_TO_REALTIME: readonly SentKind[] = ['audio', 'text'];

export const ANSWER_OUTCOMES = ['whole', 'cut-off', 'failed'] as const;
export type AnswerOutcome = (typeof ANSWER_OUTCOMES)[number];

/** What a model that hears and speaks tells about a conversation. The union is closed. */
export type SpeechNotice =
  /**
   * The user began to speak: whatever is still being played is to be stopped, and {@link SpeechConversation.heardUntil} told. Nothing more comes of the answer
   * under way; what its tools find is still told.
   */
  | {
      readonly kind: 'user-speaks';
      /** When the speech itself began, in ms of the `Clock`, where the model tells. */
      readonly startedAt?: number | undefined;
    }
  /** The user's turn is over: an answer comes. */
  | {
      readonly kind: 'user-silent';
      /** When the speech itself ended, before the silence by which that was noticed, in ms of the `Clock`; where the model tells. */
      readonly stoppedAt?: number | undefined;
    }
  /** What the user said, once the model has written it down; it may come after the answer has begun. */
  | { readonly kind: 'user-words'; readonly text: string }
  /** Sound of the answer, with the answer's id. */
  | { readonly kind: 'sound'; readonly answerId: string; readonly samples: Float32Array }
  | { readonly kind: 'oracle-words'; readonly answerId: string; readonly text: string }
  /** Nothing more comes of the answer: `cut-off` when it was stopped or grew too long, `failed` when the model could not give one, or none that could be heard. */
  | { readonly kind: 'answered'; readonly outcome: AnswerOutcome }
  /** Nothing comes after this. */
  | { readonly kind: 'over'; readonly cause: unknown };

export interface SpeechConversationOptions extends Pick<AnswerOptions, 'approve'> {
  readonly context: CallContext;
  /** What was said before, when this goes on where another session broke. */
  readonly turns?: readonly Turn[] | undefined;
  readonly onNotice: (notice: SpeechNotice) => void;
  readonly signal?: AbortSignal | undefined;
}

/** One conversation with a model that hears and speaks by itself. */
export interface SpeechConversation extends AsyncDisposable {
  /** The user's sound, as it comes. It is dropped once the conversation is over. */
  hear(samples: Float32Array): void;
  /** A written turn of the user's, answered aloud. Whatever is being answered is given up for it. */
  write(text: string): void;
  /** The answer under way is not wanted any more, also one of which nothing has come: nothing more comes of it. */
  giveUp(): void;
  /** The answer was stopped when this much of it had been played, in ms: the model forgets the rest, and it is given up. */
  heardUntil(answerId: string, playedMs: number): void;
  close(): Promise<void>;
}

/** Who the model is to be, beside the conversation itself. */
export interface SpeechRole {
  readonly instructions: string;
  readonly tools?: ToolBox | undefined;
}

/** A model that takes the place of recognition, language model and voice at once; the port for conversations without these three. */
export interface SpeechToSpeech {
  readonly title: string;
  readonly place: EnginePlace;
  /** @throws {OracleCallError} `ERR_UPSTREAM_MODEL`, `ERR_UPSTREAM_REFUSED`, `ERR_UPSTREAM_TIMEOUT` */
  converse(options: SpeechConversationOptions): Promise<SpeechConversation>;
}
