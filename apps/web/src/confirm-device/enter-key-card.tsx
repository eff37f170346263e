import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useApp } from '../app/app-context.ts';
import type { ConfirmingDeviceState } from '../app/app-state.ts';
import { Banner } from '../controls/banner.tsx';
import { Button } from '../controls/button.tsx';
import { Card } from '../controls/card.tsx';
import { TextField } from '../controls/text-field.tsx';
import { RecoveryKeyField } from './recovery-key-field.tsx';
import { AskOtherDevice } from '../verify-device/ask-other-device.tsx';
import { ErrorBanner } from '../faces/error-banner.tsx';

export interface EnterKeyCardProps {
  readonly state: ConfirmingDeviceState;
  /** Whether a recovery key helps at all. */
  readonly canRecover: boolean;
}

/** Asks for the recovery key, and behind a warning for the password to reset the identity. */
export function EnterKeyCard({ state: { account, isBusy, errorCode }, canRecover }: EnterKeyCardProps) {
  const app = useApp();
  const { t } = useTranslation(['confirmDevice', 'app']);
  const { testUser } = app.config;
  const filled = testUser?.userId === account.userId ? testUser : undefined;
  const [recoveryKey, setRecoveryKey] = useState(filled?.recoveryKey ?? '');
  const [password, setPassword] = useState(filled?.password ?? '');
  const confirm = (event: FormEvent): void => {
    event.preventDefault();
    app.enterRecoveryKey(recoveryKey.trim());
  };
  const reset = (event: FormEvent): void => {
    event.preventDefault();
    app.resetIdentity(password);
  };
  return (
    <Card title={t('enter.title')} lead={t(canRecover ? 'enter.lead' : 'enter.leadWithoutKey')}>
      {canRecover && (
        <form className="stack" onSubmit={confirm}>
          <RecoveryKeyField
            label={t('enter.label')}
            value={recoveryKey}
            isDisabled={isBusy}
            onChange={setRecoveryKey}
          />
          <Button type="submit" look="primary" disabled={isBusy}>
            {t(isBusy ? 'enter.confirming' : 'enter.confirm')}
          </Button>
        </form>
      )}
      <AskOtherDevice account={account} isDisabled={isBusy} onConfirmed={() => app.retry()} />
      {errorCode === 'ERR_AUTH_INVALID' && (
        <Banner tone="danger" face="password-refused">
          {t('enter.passwordRefused')}
        </Banner>
      )}
      {errorCode !== undefined && errorCode !== 'ERR_AUTH_INVALID' && <ErrorBanner code={errorCode} />}
      <details open={!canRecover}>
        <summary>{t('enter.lost')}</summary>
        <form className="stack" onSubmit={reset}>
          <p className="quiet">{t('enter.reset')}</p>
          <TextField
            label={t('enter.password')}
            type="password"
            autoComplete="off"
            dir="ltr"
            required
            disabled={isBusy}
            value={password}
            onChange={({ target }) => setPassword(target.value)}
          />
          <Button type="submit" look="danger" disabled={isBusy}>
            {t('enter.resetNow')}
          </Button>
        </form>
      </details>
      <Button look="link" disabled={isBusy} onClick={() => void app.signOut()}>
        {t('app:signOut')}
      </Button>
    </Card>
  );
}
