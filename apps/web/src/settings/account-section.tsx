import { codeOf, type ErrorCode } from '@oracle-calls/protocol';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MatrixAccount } from '../account/matrix-account.ts';
import { useApp } from '../app/app-context.ts';
import { Button } from '../controls/button.tsx';
import { Icon } from '../controls/icon.tsx';
import { BackupLine } from './backup-line.tsx';
import { RecoveryKey } from '../confirm-device/recovery-key.tsx';
import { ErrorBanner } from '../faces/error-banner.tsx';
import { SettingsSection } from './settings-section.tsx';

/** Who is signed in, this device, another recovery key, and the way out. */
export function AccountSection({ account }: { readonly account: MatrixAccount }) {
  const app = useApp();
  const { t } = useTranslation(['settings', 'app']);
  return (
    <SettingsSection title={t('account')}>
      <dl className="facts">
        <div>
          <dt>{t('userId')}</dt>
          <dd>
            <bdi dir="ltr">{account.userId}</bdi>
          </dd>
        </div>
        <div>
          <dt>{t('homeserver')}</dt>
          <dd>
            <bdi dir="ltr">{new URL(account.homeserverUrl).host}</bdi>
          </dd>
        </div>
        <div>
          <dt>{t('device')}</dt>
          <dd>
            <bdi>{account.deviceId}</bdi>
            <span className="confirmed">
              <Icon name="check" /> {t('confirmed')}
            </span>
          </dd>
        </div>
      </dl>
      <BackupLine account={account} />
      <RenewRecoveryKey account={account} />
      <div className="sign-out-line">
        <p className="quiet">{t('signOutHint')}</p>
        <Button onClick={() => void app.signOut()}>{t('app:signOut')}</Button>
      </div>
    </SettingsSection>
  );
}

type Renewal =
  | { readonly kind: 'idle' | 'asking' | 'busy' }
  | { readonly kind: 'shown'; readonly recoveryKey: string }
  | { readonly kind: 'failed'; readonly code: ErrorCode };

/** Another recovery key, for people who have lost theirs or have shown it to somebody. */
function RenewRecoveryKey({ account: { identity } }: { readonly account: MatrixAccount }) {
  const { t } = useTranslation('settings');
  const [renewal, setRenewal] = useState<Renewal>({ kind: 'idle' });
  const renew = (): void => {
    setRenewal({ kind: 'busy' });
    identity.renew().then(
      (recoveryKey) => setRenewal({ kind: 'shown', recoveryKey }),
      (error: unknown) => setRenewal({ kind: 'failed', code: codeOf(error) }),
    );
  };
  if (renewal.kind === 'shown') {
    const kept = (): void => {
      identity.kept();
      setRenewal({ kind: 'idle' });
    };
    return (
      <div className="stack">
        <p>{t('renew.shown')}</p>
        <RecoveryKey recoveryKey={renewal.recoveryKey} onKept={kept} />
      </div>
    );
  }
  const isOpen = renewal.kind !== 'idle';
  return (
    <div className="stack">
      {!isOpen && <Button onClick={() => setRenewal({ kind: 'asking' })}>{t('renew.start')}</Button>}
      {isOpen && (
        <>
          <p>{t('renew.warning')}</p>
          {renewal.kind === 'failed' && <ErrorBanner code={renewal.code} />}
          <div className="row">
            <Button look="danger" disabled={renewal.kind === 'busy'} onClick={renew}>
              {t(renewal.kind === 'busy' ? 'renew.busy' : 'renew.now')}
            </Button>
            <Button look="link" disabled={renewal.kind === 'busy'} onClick={() => setRenewal({ kind: 'idle' })}>
              {t('renew.leave')}
            </Button>
          </div>
        </>
      )}
    </div>
  );
}
