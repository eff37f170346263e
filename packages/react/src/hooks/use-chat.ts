'use client';

import { OracleCallError } from '@oracle-calls/protocol';
import type { OracleCall } from '@oracle-calls/sdk';
import { useMemo } from 'react';
import { useSource } from '../provider/use-source.ts';
import type { ChatMessage } from '../store/chat.ts';
import { useCallRecord } from './use-call-record.ts';

export interface UsedChat {
  /** What both sides wrote, oldest first. */
  readonly messages: readonly ChatMessage[];
  /** @throws {OracleCallError} as `OracleCall.sendChat`; `ERR_CALL_ENDED` without a call */
  readonly send: (text: string) => Promise<void>;
}

const NONE: readonly ChatMessage[] = [];
const noCall = (): Promise<void> => Promise.reject(new OracleCallError('ERR_CALL_ENDED'));

/** The text chat beside a call. */
export function useChat(call?: OracleCall): UsedChat {
  const record = useCallRecord(call);
  const messages = useSource(record?.chat, NONE);
  const send = record?.sendChat ?? noCall;
  return useMemo(() => ({ messages, send }), [messages, send]);
}
