import type { Did } from '@oracle-calls/protocol';
import { useOracleMemory } from '@oracle-calls/react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmedAction } from '../controls/confirmed-action.tsx';

export interface ForgetConversationProps {
  readonly oracleDid: Did;
  readonly sessionId: string;
}

/** What the oracle remembers of a conversation, and how to have it forgotten. Where it remembers nothing, nothing is said. */
export function ForgetConversation({ oracleDid, sessionId }: ForgetConversationProps) {
  const { t, i18n } = useTranslation('memory');
  const memory = useOracleMemory(oracleDid, sessionId);
  const [isForgotten, setForgotten] = useState(false);
  const [kept] = memory.status === 'ready' ? memory.sessions : [];
  if (isForgotten) return <p role="status">{t('forgotten')}</p>;
  if (kept === undefined) return null;
  const since = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'short' }).format(kept.keptAt);
  return (
    <section className="stack" aria-label={t('title')} data-face="memory">
      <p className="quiet">{t('remembered', { since })}</p>
      <ConfirmedAction
        face="forget-conversation"
        button={t('button')}
        title={t('question')}
        text={t('text')}
        confirm={t('confirm')}
        cancel={t('cancel')}
        onConfirm={memory.forget}
        onDone={() => setForgotten(true)}
      />
    </section>
  );
}
