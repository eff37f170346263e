import { useTranslation } from 'react-i18next';
import type { IdentityProvider } from '../account/login-methods.ts';
import { useApp } from '../app/app-context.ts';
import { Button } from '../controls/button.tsx';

export interface ProviderButtonsProps {
  readonly providers: readonly IdentityProvider[];
  /** Whether there is no other way to sign in. */
  readonly isAlone: boolean;
  readonly isBusy: boolean;
}

/** Signing in with an account elsewhere, to which the page goes away. */
export function ProviderButtons({ providers, isAlone, isBusy }: ProviderButtonsProps) {
  const app = useApp();
  const { t } = useTranslation('signIn');
  return (
    <div className="stack">
      {!isAlone && <p className="or-line quiet">{t('or')}</p>}
      {providers.map(({ id, name }, index) => (
        <Button
          key={id ?? ''}
          look={isAlone && index === 0 ? 'primary' : 'secondary'}
          disabled={isBusy}
          onClick={() => app.signInElsewhere(id)}
        >
          {name === undefined ? t('single') : t('with', { name })}
        </Button>
      ))}
    </div>
  );
}
