import type { CallSecurity, CallState } from '@oracle-calls/sdk';
import { useTranslation } from 'react-i18next';
import { Icon } from '../controls/icon.tsx';
import { RoundButton } from '../controls/round-button.tsx';
import { padlockLine } from '../security/security-facts.ts';
import { formatDuration } from './call-state-words.ts';
import { QualityBars } from './quality-bars.tsx';

export interface CallHeaderProps {
  readonly oracleDid: string;
  /** What the oracle is called, where that is known. */
  readonly oracleName: string | undefined;
  readonly state: CallState;
  readonly security: CallSecurity;
  /** Seconds for which the call is live. */
  readonly seconds: number;
  readonly quality: 'good' | 'fair' | 'poor' | undefined;
  readonly isSecurityOpen: boolean;
  readonly onSecurity: () => void;
  /** Away from the call, which goes on; no button where there is nothing else to see. */
  readonly onMinimise: (() => void) | undefined;
}

/** Who is called, for how long, how well, and how safely. */
export function CallHeader({ oracleDid, oracleName, state, security, seconds, quality, ...rest }: CallHeaderProps) {
  const { t } = useTranslation(['call', 'security']);
  const { padlock, text } = padlockLine(state, security);
  const isClosed = padlock === 'encrypted' || padlock === 'verified';
  const [seen, told] = [t(`padlock.${padlock ?? 'none'}`), t(`security:padlock.${text}`)];
  // Whoever speaks to their browser says what they see.
  const spoken = told.startsWith(seen) ? told : `${seen}. ${told}`;
  return (
    <header className="call-header">
      {rest.onMinimise !== undefined && <RoundButton icon="back" label={t('minimise')} onClick={rest.onMinimise} />}
      <div className="call-oracle">
        <h1 title={oracleName}>
          <bdi>{oracleName ?? t('oracle')}</bdi>
        </h1>
        <p className="quiet" dir="ltr" title={oracleDid}>
          {oracleDid}
        </p>
      </div>
      <div className="call-facts">
        {state.kind === 'Live' && (
          <span className="call-duration" role="timer" aria-label={t('duration')} dir="ltr">
            {formatDuration(seconds * 1_000)}
          </span>
        )}
        {quality !== undefined && <QualityBars quality={quality} />}
        <button
          type="button"
          className="padlock-button"
          data-padlock={padlock ?? 'unknown'}
          title={told}
          aria-label={`${t('security')}: ${spoken}`}
          aria-expanded={rest.isSecurityOpen}
          onClick={rest.onSecurity}
        >
          <Icon name={isClosed ? 'lock' : 'unlocked'} />
          <span>{seen}</span>
        </button>
      </div>
    </header>
  );
}
