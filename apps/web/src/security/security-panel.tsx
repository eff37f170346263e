import type { CallSecurity, CallState } from '@oracle-calls/sdk';
import { useTranslation } from 'react-i18next';
import { Button } from '../controls/button.tsx';
import { HearingNote } from './hearing-note.tsx';
import { PadlockStatus } from './padlock.tsx';
import { securityFacts } from './security-facts.ts';
import { securityEnglish } from './security.en.ts';

const HELD = keysOf(securityEnglish.promises.held);
const OPEN = keysOf(securityEnglish.promises.open);

export interface SecurityPanelProps {
  readonly state: CallState;
  readonly security: CallSecurity;
  /** False when the oracle was told to keep nothing of this call. */
  readonly mayRemember: boolean;
  /** What came of comparing the code. */
  readonly onCompared: (isSame: boolean) => void;
}

/** The comparison code with its two answers, what is known, and what is and is not promised. */
export function SecurityPanel({ state, security, mayRemember, onCompared }: SecurityPanelProps) {
  const { t } = useTranslation('security');
  const { comparisonCode, hearing, isVerified } = security;
  return (
    <section className="security-panel stack" aria-label={t('title')}>
      <PadlockStatus state={state} security={security} />
      {hearing !== undefined && (
        <div>
          <h3>{t('hearing.title')}</h3>
          <HearingNote hearing={hearing} mayRemember={mayRemember} />
          <p className="quiet">{t('hearing.word')}</p>
        </div>
      )}
      {comparisonCode !== undefined && (
        <div className="comparison">
          <p className="comparison-code" dir="ltr" aria-label={t('comparison.code')}>
            {comparisonCode.formatted}
          </p>
          <p className="quiet">{t(isVerified ? 'comparison.compared' : 'comparison.ask')}</p>
          <div className="row">
            {!isVerified && (
              <Button isSmall onClick={() => onCompared(true)}>
                {t('comparison.same')}
              </Button>
            )}
            <Button isSmall onClick={() => onCompared(false)}>
              {t('comparison.different')}
            </Button>
          </div>
        </div>
      )}
      <dl>
        {securityFacts(security).map(({ term, fact, fingerprint, version, suite }) => (
          <div key={term}>
            <dt>{t(`terms.${term}`)}</dt>
            <dd dir={fact === undefined ? 'ltr' : undefined}>
              {fact === undefined
                ? fingerprint
                : t(`facts.${fact}`, {
                    version: version ?? '',
                    suite: suite === undefined ? '' : t(`suites.${suite}`),
                  })}
            </dd>
          </div>
        ))}
      </dl>
      <details>
        <summary>{t('promises.summary')}</summary>
        <h3>{t('promises.heldTitle')}</h3>
        <ul>
          {HELD.map((key) => (
            <li key={key}>{t(`promises.held.${key}`)}</li>
          ))}
        </ul>
        <h3>{t('promises.openTitle')}</h3>
        <ul>
          {OPEN.map((key) => (
            <li key={key}>{t(`promises.open.${key}`)}</li>
          ))}
        </ul>
      </details>
    </section>
  );
}

function keysOf<T extends object>(words: T): (keyof T)[] {
  return Object.keys(words) as (keyof T)[];
}
