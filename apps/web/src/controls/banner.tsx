import type { ReactNode } from 'react';
import { Icon } from './icon.tsx';

export interface BannerProps {
  /** `danger` is read aloud at once, `notice` when there is a pause. */
  readonly tone: 'danger' | 'notice';
  /** Names what happened, for tests of each face. */
  readonly face?: string | undefined;
  readonly children: ReactNode;
  /** Buttons: what the person can do about it. */
  readonly actions?: ReactNode;
}

/** Something that the person must know, and what they can do about it. */
export function Banner({ tone, face, children, actions }: BannerProps) {
  return (
    <div className="banner" data-tone={tone} data-face={face} role={tone === 'danger' ? 'alert' : 'status'}>
      <Icon name={tone === 'danger' ? 'warning' : 'info'} />
      <div className="banner-text">{children}</div>
      {actions !== undefined && <div className="row banner-actions">{actions}</div>}
    </div>
  );
}
