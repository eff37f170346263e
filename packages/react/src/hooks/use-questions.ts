'use client';

import { OracleCallError } from '@oracle-calls/protocol';
import type { OracleCall, OracleQuestion, QuestionAnswer } from '@oracle-calls/sdk';
import { useMemo } from 'react';
import { useSource } from '../provider/use-source.ts';
import { useCallRecord } from './use-call-record.ts';

export interface UsedQuestions {
  /** Oldest first. */
  readonly questions: readonly OracleQuestion[];
  /** Call it only when a person touched that answer. @throws {OracleCallError} as `OracleCall.answer`; `ERR_CALL_ENDED` without a call */
  readonly answer: (questionId: string, answer: QuestionAnswer) => Promise<void>;
}

const NONE: readonly OracleQuestion[] = [];
const noCall = (): Promise<void> => Promise.reject(new OracleCallError('ERR_CALL_ENDED'));

/** What the oracle asks and waits for. */
export function useQuestions(call?: OracleCall): UsedQuestions {
  const record = useCallRecord(call);
  const questions = useSource(record?.questions, NONE);
  const answer = record?.answer ?? noCall;
  return useMemo(() => ({ questions, answer }), [questions, answer]);
}
