import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApp } from '../app/app-context.ts';
import type { SignedOutState, SigningInState } from '../app/app-state.ts';
import { Banner } from '../controls/banner.tsx';
import { Button } from '../controls/button.tsx';
import { Card } from '../controls/card.tsx';
import { useStore } from '../store/use-store.ts';
import { HomeserverChoice } from './homeserver-choice.tsx';
import { PasswordForm } from './password-form.tsx';
import { ProviderButtons } from './provider-buttons.tsx';
import './sign-in.css';

/** Signing in: at which homeserver, and with what it offers. */
export function SignInScreen({ state }: { readonly state: SignedOutState | SigningInState }) {
  const app = useApp();
  const { t } = useTranslation(['signIn', 'app']);
  const { homeserver, methods, problem } = useStore(app.homeserver);
  // Not before the form is painted: the large parts would come in its way.
  useEffect(() => void app.homeserver.look().finally(() => app.loadAhead()), [app]);
  const [isChoosing, setIsChoosing] = useState(false);
  const isBusy = state.kind === 'SigningIn';
  const shown = state.kind === 'SignedOut' ? state : undefined;
  const again = shown?.again;
  const error = shown?.error ?? (methods === 'failed' ? problem : undefined);
  const known = typeof methods === 'object' ? methods : undefined;
  const hasNothing = known !== undefined && !known.hasPassword && known.providers.length === 0;
  return (
    <Card title={t(again === undefined ? 'title' : 'again.title')} lead={again === undefined ? t('lead') : undefined}>
      {shown?.notice !== undefined && (
        <Banner tone="notice" face={shown.notice}>
          {t(`notices.${shown.notice}`)}
        </Banner>
      )}
      {again !== undefined && (
        <p className="lead">
          {t('again.lead')} <bdi className="account-name">{again.userId}</bdi>
        </p>
      )}
      {error !== undefined && (
        <Banner tone="danger" face={`sign-in-${error}`}>
          {t(`errors.${error}`)}
        </Banner>
      )}
      {methods === 'asking' && (
        <p role="status" className="quiet">
          {t('asking')}
        </p>
      )}
      {methods === 'failed' && (
        <Button look="primary" onClick={() => void app.homeserver.look()}>
          {t('app:tryAgain')}
        </Button>
      )}
      {hasNothing && (
        <Banner tone="danger" face="sign-in-nothing">
          {t('nothing')}
        </Banner>
      )}
      {known?.hasPassword === true && (
        <PasswordForm key={again?.userId} userId={again?.userId} homeserverUrl={homeserver.baseUrl} isBusy={isBusy} />
      )}
      {known !== undefined && known.providers.length > 0 && (
        <ProviderButtons providers={known.providers} isAlone={!known.hasPassword} isBusy={isBusy} />
      )}
      {again !== undefined ? (
        <Button look="link" disabled={isBusy} onClick={() => void app.forget()}>
          {t('again.forget')}
        </Button>
      ) : isChoosing ? (
        <HomeserverChoice onDone={() => setIsChoosing(false)} />
      ) : (
        <div className="row homeserver-line">
          <span className="quiet">
            {t('homeserver')} <bdi>{homeserver.name}</bdi>
          </span>
          {app.config.isHomeserverFixed !== true && (
            <Button look="link" disabled={isBusy} onClick={() => setIsChoosing(true)}>
              {t('another')}
            </Button>
          )}
        </div>
      )}
    </Card>
  );
}
