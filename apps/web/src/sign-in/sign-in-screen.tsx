import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useApp } from '../app/app-context.ts';
import type { SignedOutState, SigningInState } from '../app/app-state.ts';
import { Banner } from '../controls/banner.tsx';
import { Button } from '../controls/button.tsx';
import { Card } from '../controls/card.tsx';
import { TextField } from '../controls/text-field.tsx';

/** The form to sign in. */
export function SignInScreen({ state }: { readonly state: SignedOutState | SigningInState }) {
  const app = useApp();
  const { t } = useTranslation('signIn');
  const { homeserverUrl, testUser } = app.config;
  const [userId, setUserId] = useState(testUser?.userId ?? '');
  const [password, setPassword] = useState(testUser?.password ?? '');
  const isBusy = state.kind === 'SigningIn';
  const error = state.kind === 'SignedOut' ? state.error : undefined;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    app.signIn({ homeserverUrl, userId: userId.trim(), password });
  };
  return (
    <Card title={t('title')} lead={t('lead')}>
      <form className="stack" onSubmit={submit}>
        <TextField
          label={t('userId')}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          placeholder="@you:example.org"
          dir="ltr"
          required
          disabled={isBusy}
          value={userId}
          onChange={({ target }) => setUserId(target.value)}
        />
        <TextField
          label={t('password')}
          name="password"
          type="password"
          autoComplete="current-password"
          dir="ltr"
          required
          disabled={isBusy}
          value={password}
          onChange={({ target }) => setPassword(target.value)}
        />
        {error !== undefined && (
          <Banner tone="danger" face={`sign-in-${error}`}>
            {t(`errors.${error}`)}
          </Banner>
        )}
        <Button type="submit" look="primary" disabled={isBusy}>
          {t(isBusy ? 'signingIn' : 'signIn')}
        </Button>
      </form>
      <p className="quiet">{t('homeserver', { host: new URL(homeserverUrl).host })}</p>
    </Card>
  );
}
