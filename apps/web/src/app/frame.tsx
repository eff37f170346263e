import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../controls/icon.tsx';
import type { IconName } from '../controls/icons.ts';
import { Avatar } from '../oracles/avatar.tsx';
import { useIsOffline } from '../shell/use-is-offline.ts';
import { hashOf, type Route } from './route.ts';
import './frame.css';

export interface FrameProps {
  readonly route: Route;
  readonly userId: string;
  /** A call that goes on, or has just ended, while another screen is looked at. */
  readonly callBar?: ReactNode;
  /** Oracles and recent calls: beside the screen where there is room. */
  readonly side: ReactNode;
  readonly children: ReactNode;
}

const PLACES = [
  { screen: 'home', icon: 'phone' },
  { screen: 'history', icon: 'history' },
  { screen: 'settings', icon: 'settings' },
] as const satisfies readonly { screen: Route['screen']; icon: IconName }[];

/** What stays while screens change: the name of the page, the ways, and who is signed in. */
export function Frame({ route, userId, callBar, side, children }: FrameProps) {
  const { t } = useTranslation('app');
  const isOffline = useIsOffline();
  const here = route.screen === 'past-call' ? 'history' : route.screen;
  return (
    <div className="frame">
      <header className="frame-head">
        <a className="frame-name" href={hashOf({ screen: 'home' })}>
          {t('name')}
        </a>
        <nav className="frame-ways" aria-label={t('ways')}>
          {PLACES.map(({ screen, icon }) => (
            <a key={screen} href={hashOf({ screen })} aria-current={screen === here ? 'page' : undefined}>
              <Icon name={icon} />
              <span>{t(`places.${screen}`)}</span>
            </a>
          ))}
        </nav>
        <div className="frame-side">{side}</div>
        <p className="frame-account">
          <Avatar name={userId} />
          <span className="unseen">{t('signedInAs')}</span>
          <bdi dir="ltr">{userId}</bdi>
        </p>
      </header>
      <div className="frame-body">
        {isOffline && (
          <p role="status" className="offline-strip" data-face="no-network">
            <Icon name="warning" />
            {t('noNetwork')}
          </p>
        )}
        {callBar}
        {children}
      </div>
    </div>
  );
}
