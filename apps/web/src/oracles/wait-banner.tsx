import type { CallType } from '@oracle-calls/protocol';
import { useTranslation } from 'react-i18next';
import { Banner } from '../controls/banner.tsx';
import { Button } from '../controls/button.tsx';
import type { Wait } from './oracle-wait.ts';

export interface WaitBannerProps {
  readonly wait: Wait;
  readonly onStop: () => void;
  readonly onAgain: (type: CallType) => void;
}

/** Waiting for an oracle, with its countdown and a way out. */
export function WaitBanner({ wait, onStop, onAgain }: WaitBannerProps) {
  const { t } = useTranslation('oracles');
  switch (wait.kind) {
    case 'idle':
      return null;
    case 'given-up':
      return (
        <Banner
          tone="notice"
          face="wait-given-up"
          actions={
            <Button isSmall onClick={() => onAgain(wait.type)}>
              {t('wait.again')}
            </Button>
          }
        >
          {t('wait.givenUp')}
        </Banner>
      );
    case 'waiting':
      return (
        <Banner
          tone="notice"
          face="waiting-for-oracle"
          actions={
            <Button isSmall onClick={onStop}>
              {t('wait.cancel')}
            </Button>
          }
        >
          <p>
            <strong>{t('wait.title')}</strong>
          </p>
          {/* The seconds are for the eye: read aloud, each would interrupt the one before. */}
          <p aria-hidden="true" className="countdown">
            {wait.secondsLeft === 0 ? t('wait.asking') : t('wait.next', { count: wait.secondsLeft })}
          </p>
        </Banner>
      );
  }
}
