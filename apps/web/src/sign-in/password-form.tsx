import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useApp } from '../app/app-context.ts';
import { Button } from '../controls/button.tsx';
import { TextField } from '../controls/text-field.tsx';

export interface PasswordFormProps {
  /** Whose keys are here and who signs in again; anybody when absent. */
  readonly userId: string | undefined;
  readonly homeserverUrl: string;
  readonly isBusy: boolean;
}

/** Signing in with a Matrix ID and its password. */
export function PasswordForm({ userId: expected, homeserverUrl, isBusy }: PasswordFormProps) {
  const app = useApp();
  const { t } = useTranslation('signIn');
  const { testUser } = app.config;
  const [userId, setUserId] = useState(expected ?? testUser?.userId ?? '');
  const [password, setPassword] = useState(
    testUser !== undefined && (expected ?? testUser.userId) === testUser.userId ? testUser.password : '',
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    app.signIn({ kind: 'password', homeserverUrl, userId: userId.trim(), password });
  };
  return (
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
        readOnly={expected !== undefined}
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
      <Button type="submit" look="primary" disabled={isBusy}>
        {t(isBusy ? 'signingIn' : 'signIn')}
      </Button>
    </form>
  );
}
