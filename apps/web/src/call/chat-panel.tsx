import type { ChatMessage } from '@oracle-calls/react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../controls/button.tsx';
import { RoundButton } from '../controls/round-button.tsx';
import { StickyEnd } from './sticky-end.tsx';

export interface ChatPanelProps {
  readonly messages: readonly ChatMessage[];
  /** False before the call has an id and when it is over. */
  readonly canWrite: boolean;
  /** Rejects when the message was not sent. */
  readonly onSend: (text: string) => Promise<void>;
  /** Absent while the oracle does not speak. */
  readonly onInterrupt: (() => void) | undefined;
}

/** Writing beside the call. A message that was not sent comes back into the field, unless another was begun. */
export function ChatPanel({ messages, canWrite, onSend, onInterrupt }: ChatPanelProps) {
  const { t } = useTranslation('call');
  const [text, setText] = useState('');
  const message = text.trim();
  const send = async (): Promise<void> => {
    if (message === '' || !canWrite) return;
    setText('');
    try {
      await onSend(message);
    } catch {
      setText((begun) => (begun === '' ? message : begun));
    }
  };
  return (
    <>
      {messages.length === 0 && <p className="quiet panel-empty">{t('messages.empty')}</p>}
      <StickyEnd label={t('messages.all')}>
        <ol className="messages">
          {messages.map(({ id, from, text: said, status }) => (
            <li key={id} data-speaker={from} data-status={status}>
              <span className="unseen">{t(from === 'user' ? 'you' : 'oracle')}</span>
              <p dir="auto">{said}</p>
              {status !== 'sent' && <small>{t(`messages.${status}`)}</small>}
            </li>
          ))}
        </ol>
      </StickyEnd>
      {onInterrupt !== undefined && (
        <Button isSmall icon="stop" onClick={onInterrupt}>
          {t('stopSpeaking')}
        </Button>
      )}
      <form
        className="chat-form"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <textarea
          aria-label={t('messages.write')}
          placeholder={t(canWrite ? 'messages.write' : 'messages.closed')}
          rows={1}
          dir="auto"
          value={text}
          disabled={!canWrite}
          onChange={({ target }) => setText(target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            void send();
          }}
        />
        <RoundButton
          look="primary"
          icon="send"
          label={t('messages.send')}
          disabled={message === '' || !canWrite}
          onClick={() => void send()}
        />
      </form>
    </>
  );
}
