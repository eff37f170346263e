import { useTranslation } from 'react-i18next';
import { Banner } from '../controls/banner.tsx';
import { Button } from '../controls/button.tsx';
import { useStore } from '../store/use-store.ts';
import type { ShellUpdates } from './shell-updates.ts';
import { useIsOffline } from './use-is-offline.ts';
import './update-banner.css';

export interface UpdateBannerProps {
  readonly updates: ShellUpdates;
  /** A reload would end a call: it is offered afterwards. */
  readonly isInCall: boolean;
}

/** Offers another version of the page. */
export function UpdateBanner({ updates, isInCall }: UpdateBannerProps) {
  const state = useStore(updates);
  const isOffline = useIsOffline();
  const { t } = useTranslation('shell');
  // Without a network a part does not come, and a reload brings less.
  if (state === 'current' || isInCall || (state === 'needed' && isOffline)) return undefined;
  return (
    <aside className="update-banner" aria-label={t('label')}>
      <Banner
        tone="notice"
        face={`update-${state}`}
        actions={
          <Button isSmall look="primary" onClick={() => updates.reload()}>
            {t('reload')}
          </Button>
        }
      >
        {t(state)}
      </Banner>
    </aside>
  );
}
