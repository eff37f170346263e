import type { KeypadKey, QuestionChoice } from '@oracle-calls/protocol/data-frame';

/** What the oracle wants to know by a touch, while it waits for it. */
export type OracleQuestion =
  /** May it use a tool? `argumentsText` is JSON in a model's words: show it as text. */
  | {
      readonly id: string;
      readonly asks: 'approval';
      readonly tool: string;
      readonly text: string;
      readonly argumentsText: string;
      /** When the oracle stops waiting, ms by this client's clock. */
      readonly expiresAt: number;
    }
  /** Which of these? The keys are a telephone's. */
  | {
      readonly id: string;
      readonly asks: 'choice';
      readonly text: string;
      readonly choices: readonly QuestionChoice[];
      readonly expiresAt: number;
    };

export type QuestionAnswer =
  | { readonly answers: 'approval'; readonly isApproved: boolean }
  | { readonly answers: 'choice'; readonly key: KeypadKey };
