import { useTranslation } from 'react-i18next';
import { useApp } from '../app/app-context.ts';
import type { ConfirmingDeviceState } from '../app/app-state.ts';
import { Button } from '../controls/button.tsx';
import { Card } from '../controls/card.tsx';
import { ErrorBanner } from '../faces/error-banner.tsx';
import { EnterKeyCard } from './enter-key-card.tsx';
import { KeepKeyCard } from './keep-key-card.tsx';

/** Leads a person through cross-signing after sign-in; most people see nothing of it. */
export function ConfirmDeviceScreen({ state }: { readonly state: ConfirmingDeviceState }) {
  const app = useApp();
  const { t } = useTranslation(['confirmDevice', 'app']);
  const { step, isBusy, errorCode } = state;
  switch (step.kind) {
    case 'keep-recovery-key':
      return <KeepKeyCard recoveryKey={step.recoveryKey} />;
    case 'enter-recovery-key':
      return <EnterKeyCard state={state} canRecover={step.canRecover} />;
    case 'failed':
      return (
        <Card title={t('failed.title')} lead={t('failed.lead')}>
          {errorCode !== undefined && <ErrorBanner code={errorCode} />}
          <Button look="primary" disabled={isBusy} onClick={() => app.retry()}>
            {t('app:tryAgain')}
          </Button>
          <Button look="link" disabled={isBusy} onClick={() => void app.signOut()}>
            {t('app:signOut')}
          </Button>
        </Card>
      );
  }
}
