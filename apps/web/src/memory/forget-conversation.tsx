import { systemClock, type Clock, type Did } from '@oracle-calls/protocol';
import { useOracleMemory } from '@oracle-calls/react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmedAction } from '../controls/confirmed-action.tsx';

/** Agents keep what was said in the seconds after a call's end: so long after an answer that knows of nothing it is asked again, in ms. */
const AGAIN_MS = 2_000;
/** An agent that has kept nothing by then has nothing to keep. */
const AGAIN_MAX = 5;

export interface ForgetConversationProps {
  readonly oracleDid: Did;
  readonly sessionId: string;
  /** The call has just ended, and the oracle remembers it: what is not there yet is on its way. */
  readonly isExpected?: boolean | undefined;
  readonly clock?: Pick<Clock, 'after'> | undefined;
}

/** What the oracle remembers of a conversation, and how to have it forgotten. Where it remembers nothing, nothing is said. */
export function ForgetConversation(props: ForgetConversationProps) {
  const { oracleDid, sessionId, isExpected = false, clock = systemClock } = props;
  const { t, i18n } = useTranslation('memory');
  const memory = useOracleMemory(oracleDid, sessionId);
  const { reload } = memory;
  const [isForgotten, setForgotten] = useState(false);
  const [askedAgain, setAskedAgain] = useState(0);
  const isMissing = isExpected && !isForgotten && memory.status === 'ready' && memory.sessions.length === 0;
  useEffect(() => {
    if (!isMissing || askedAgain >= AGAIN_MAX) return undefined;
    const timer = clock.after(AGAIN_MS, () => {
      setAskedAgain(askedAgain + 1);
      reload();
    });
    return () => timer[Symbol.dispose]();
  }, [isMissing, askedAgain, clock, reload]);
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
