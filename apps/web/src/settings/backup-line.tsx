import type { KeyBackupState } from '@oracle-calls/matrix/cross-signing';
import { codeOf, type ErrorCode } from '@oracle-calls/protocol';
import { useEffect, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { MatrixAccount } from '../account/matrix-account.ts';
import { Button } from '../controls/button.tsx';
import { RecoveryKeyField } from '../confirm-device/recovery-key-field.tsx';
import { ErrorBanner } from '../faces/error-banner.tsx';

/** Whether the keys of transcripts outlive this device, and the way to it where they do not. */
export function BackupLine({ account: { identity } }: { readonly account: MatrixAccount }) {
  const { t } = useTranslation('settings');
  const [state, setState] = useState<KeyBackupState | 'asking'>('asking');
  const [recoveryKey, setRecoveryKey] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const [errorCode, setErrorCode] = useState<ErrorCode | undefined>(undefined);
  useEffect(() => {
    let isGone = false;
    identity.backup().then(
      (found) => !isGone && setState(found),
      () => !isGone && setState('failed'),
    );
    return () => void (isGone = true);
  }, [identity]);
  const save = (event: FormEvent): void => {
    event.preventDefault();
    setIsBusy(true);
    setErrorCode(undefined);
    identity
      .ensure(recoveryKey.trim())
      .then(() => identity.backup())
      .then(setState, (error: unknown) => setErrorCode(codeOf(error)))
      .finally(() => setIsBusy(false));
  };
  return (
    <div className="stack">
      <p role="status" className="quiet">
        {t(`backup.${state}`)}
      </p>
      {state === 'recovery-key-needed' && (
        <form className="stack" onSubmit={save}>
          <RecoveryKeyField
            label={t('backup.label')}
            value={recoveryKey}
            isDisabled={isBusy}
            onChange={setRecoveryKey}
          />
          {errorCode !== undefined && <ErrorBanner code={errorCode} />}
          <Button type="submit" disabled={isBusy}>
            {t(isBusy ? 'backup.saving' : 'backup.save')}
          </Button>
        </form>
      )}
    </div>
  );
}
