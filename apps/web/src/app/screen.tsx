import { useEffect, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useAround } from './around-context.ts';
import type { ScreenName } from './route.ts';

export interface ScreenProps {
  readonly name: ScreenName;
  readonly title: string;
  /** Beside the title. */
  readonly actions?: ReactNode;
  /** Leads back to where this screen was opened from. */
  readonly back?: ReactNode;
  readonly children: ReactNode;
}

/** A screen in the frame: its heading gets the focus when it is opened, so that a screen reader says where one is. */
export function Screen({ name, title, actions, back, children }: ScreenProps) {
  const { t } = useTranslation('app');
  const { title: pageTitle, navigation } = useAround();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => pageTitle.show(t('pageTitle', { screen: title })), [pageTitle, t, title]);
  useEffect(() => {
    // Not where the page starts: nobody has moved yet.
    if (navigation.hasMoved) heading.current?.focus();
  }, [navigation]);
  return (
    <main className="screen" data-screen={name}>
      <header className="screen-head">
        {back}
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {actions}
      </header>
      {children}
    </main>
  );
}
