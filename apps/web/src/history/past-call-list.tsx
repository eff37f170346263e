import type { PastCall } from '@oracle-calls/sdk';
import { useTranslation } from 'react-i18next';
import { hashOf } from '../app/route.ts';
import { Icon } from '../controls/icon.tsx';
import { byDay, dayHeading } from './call-days.ts';
import { pastCallText } from './past-call-words.ts';
import './history.css';

export interface PastCallListProps {
  readonly calls: readonly PastCall[];
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Past calls under their days, each a way to its transcript. */
export function PastCallList({ calls, now }: PastCallListProps) {
  const { t, i18n } = useTranslation(['history', 'endings']);
  const { language } = i18n;
  const times = new Intl.DateTimeFormat(language, { timeStyle: 'short' });
  return byDay(calls).map(({ startsAt, calls: ofDay }) => (
    <section key={startsAt} className="call-day">
      <h2>{dayHeading(startsAt, now, language, { today: t('today'), yesterday: t('yesterday') })}</h2>
      <ol>
        {ofDay.map((call) => {
          const { callId, oracleDid, type, startedAt, endReason } = call;
          const time = times.format(startedAt);
          return (
            <li key={callId}>
              <a
                className="past-call"
                href={hashOf({ screen: 'past-call', oracleDid, callId })}
                data-end-reason={endReason}
              >
                <Icon name={type === 'video' ? 'video' : 'phone'} />
                <span>{pastCallText(call, t, language)}</span>
                <time dateTime={new Date(startedAt).toISOString()}>{time}</time>
              </a>
            </li>
          );
        })}
      </ol>
    </section>
  ));
}
