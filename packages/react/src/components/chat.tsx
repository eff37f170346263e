'use client';

import { toOracleCallError, type OracleCallError } from '@oracle-calls/protocol';
import { useId, useState, type ReactNode } from 'react';
import { useCallState } from '../hooks/use-call-facts.ts';
import { useChat } from '../hooks/use-chat.ts';
import { useLabels } from '../labels/use-labels.ts';
import type { CallPartProps } from './part-props.ts';

/** What both sides wrote. New messages are read politely. */
export function ChatLog({ call, className, labels }: CallPartProps): ReactNode {
  const words = useLabels(labels);
  const { messages } = useChat(call);
  return (
    <div role="log" aria-label={words.chat} className={className}>
      <ol>
        {messages.map(({ id, from, text, status }) => (
          <li key={id} data-speaker={from} data-state={status}>
            <span data-part="speaker">{words.speakers[from]}</span>{' '}
            <span data-part="text" dir="auto">
              {text}
            </span>
            {status !== 'sent' && (
              <span data-part="status"> {status === 'sending' ? words.sending : words.notSent}</span>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}

export interface ChatFormProps extends CallPartProps {
  readonly onError?: ((error: OracleCallError) => void) | undefined;
}

/** Writes to the oracle. A message that did not arrive comes back into the field, unless another was begun meanwhile. */
export function ChatForm({ call, className, labels, onError }: ChatFormProps): ReactNode {
  const words = useLabels(labels);
  const { send } = useChat(call);
  const { kind } = useCallState(call);
  const [text, setText] = useState('');
  const field = useId();
  const isClosed = kind !== 'Connecting' && kind !== 'Live';
  const submit = async (message: string): Promise<void> => {
    setText('');
    try {
      await send(message);
    } catch (error) {
      setText((begun) => (begun === '' ? message : begun));
      onError?.(toOracleCallError(error));
    }
  };
  return (
    <form
      className={className}
      onSubmit={(event) => {
        event.preventDefault();
        const message = text.trim();
        if (message !== '' && !isClosed) void submit(message);
      }}
    >
      <label htmlFor={field}>{words.message}</label>
      <input
        id={field}
        type="text"
        autoComplete="off"
        dir="auto"
        value={text}
        disabled={isClosed}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
      />
      <button type="submit" disabled={isClosed || text.trim() === ''}>
        {words.send}
      </button>
    </form>
  );
}
