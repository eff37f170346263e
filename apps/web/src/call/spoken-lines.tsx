import type { Caption, ChatMessage } from '@oracle-calls/react';
import { useTranslation } from 'react-i18next';

/** What was announced stays announced: older lines need not stand here. */
const LINES = 6;

export interface SpokenLinesProps {
  readonly captions: readonly Caption[];
  readonly messages: readonly ChatMessage[];
}

/** The one live region of what is said and written: each line once, when it is final. */
export function SpokenLines({ captions, messages }: SpokenLinesProps) {
  const { t } = useTranslation('call');
  const spoken = captions.filter(({ isFinal }) => isFinal).slice(-LINES);
  const written = messages.filter(({ from }) => from === 'oracle').slice(-LINES);
  return (
    <div className="unseen" role="log" aria-live="polite" aria-relevant="additions" aria-label={t('captions')}>
      {spoken.map(({ key, speaker, text }) => (
        <p key={key}>
          {t(speaker === 'user' ? 'you' : 'oracle')}: {text}
        </p>
      ))}
      {written.map(({ id, text }) => (
        <p key={id}>
          {t('oracle')}, {t('chat')}: {text}
        </p>
      ))}
    </div>
  );
}
