import { useTranslation } from 'react-i18next';
import { Banner } from '../controls/banner.tsx';
import './session-over-banner.css';

/** The homeserver has ended the session during a call, which goes on as far as it can. */
export function SessionOverBanner() {
  const { t } = useTranslation('app');
  return (
    <div className="session-over">
      <Banner tone="notice" face="session-over-in-call">
        {t('sessionOver')}
      </Banner>
    </div>
  );
}
