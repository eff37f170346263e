import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../controls/icon.tsx';
import { Avatar } from './avatar.tsx';
import type { ChosenOracle } from './oracle-desk.ts';
import { shortNameOf } from './oracle-name.ts';
import type { ShelvedOracle } from './oracle-shelf.ts';
import './oracles.css';

export interface OracleCardProps {
  readonly chosen: ChosenOracle;
  /** What was kept of it, for the time until it was looked up. */
  readonly shelved: ShelvedOracle | undefined;
}

/** Who is called: what its homeserver says, marked as such, and what is proved. */
export function OracleCard({ chosen, shelved }: OracleCardProps) {
  const { t } = useTranslation(['oracles', 'security']);
  const title = useId();
  const { oracleDid, facts, profile, readiness } = chosen;
  const matrixUserId = facts?.matrixUserId ?? shelved?.matrixUserId;
  const name = shortNameOf({ name: profile?.name ?? shelved?.name, matrixUserId, oracleDid });
  const keyState = facts === undefined ? undefined : facts.isVerified ? 'compared' : facts.keyState;
  return (
    <section className="oracle-card" aria-label={t('card.label')}>
      <Avatar size="large" name={name} picture={profile?.picture} />
      <h2 id={title} className="oracle-card-name">
        <bdi>{name}</bdi>
      </h2>
      <p className="oracle-card-facts">
        {keyState !== undefined && (
          <span className="chip" data-key-state={keyState}>
            <Icon name={keyState === 'compared' ? 'lock' : keyState === 'same' ? 'check' : 'info'} />
            {t(`keyStates.${keyState}`)}
          </span>
        )}
        {readiness !== undefined && (
          <span className="chip" data-readiness={readiness}>
            {t(`readiness.${readiness}`)}
          </span>
        )}
      </p>
      <details className="oracle-card-details">
        <summary>{t('card.proved')}</summary>
        <dl>
          <dt>{t('card.did')}</dt>
          <dd>
            <bdi dir="ltr">{oracleDid}</bdi>
          </dd>
          {facts !== undefined && (
            <>
              <dt>{t('card.account')}</dt>
              <dd>
                <bdi dir="ltr">{facts.matrixUserId}</bdi>
              </dd>
              <dt>{t('card.key')}</dt>
              <dd>{t(`security:facts.${facts.keyState}`)}</dd>
              <dd>{t(facts.isVerified ? 'security:facts.compared' : 'security:facts.notCompared')}</dd>
            </>
          )}
        </dl>
        <p className="quiet">{t('card.unproved')}</p>
      </details>
    </section>
  );
}
