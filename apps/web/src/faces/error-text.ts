import type { ErrorCode } from '@oracle-calls/protocol';
import { errorsEnglish } from './errors.en.ts';

export type ErrorText = keyof typeof errorsEnglish;

/** The sentence for a code: its own, or the one for faults that a person can do nothing about. */
export const errorText = (code: ErrorCode): ErrorText => (hasOwnText(code) ? code : 'fallback');

const hasOwnText = (code: string): code is ErrorText => code in errorsEnglish;
