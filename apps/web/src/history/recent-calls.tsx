import { systemClock } from '@oracle-calls/protocol';
import { useCallHistory } from '@oracle-calls/react';
import { useTranslation } from 'react-i18next';
import { hashOf } from '../app/route.ts';
import { Icon } from '../controls/icon.tsx';
import { timeAgo } from './call-days.ts';
import { pastCallText } from './past-call-words.ts';
import './history.css';

/** As many as fit beside a screen. */
const SHOWN = 5;

/** The last calls with an oracle, in the side column. Where they cannot be had, nothing is said: the history says it. */
export function RecentCalls({ oracleDid }: { readonly oracleDid: string }) {
  const { t, i18n } = useTranslation(['history', 'endings']);
  const { calls } = useCallHistory({ oracleDid, limit: SHOWN });
  if (calls.length === 0) return null;
  return (
    <section className="recent-calls" aria-label={t('recent')}>
      <h2>{t('recent')}</h2>
      <ul>
        {calls.slice(0, SHOWN).map((call) => (
          <li key={call.callId}>
            <a
              className="past-call"
              href={hashOf({ screen: 'past-call', oracleDid: call.oracleDid, callId: call.callId })}
              data-end-reason={call.endReason}
            >
              <Icon name={call.type === 'video' ? 'video' : 'phone'} />
              <span>{pastCallText(call, t, i18n.language)}</span>
              <span className="quiet">{timeAgo(call.startedAt, systemClock.now(), i18n.language)}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
