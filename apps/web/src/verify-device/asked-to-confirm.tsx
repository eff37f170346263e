import type { DeviceVerification } from '@oracle-calls/matrix/device-verification';
import { useEffect, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useApp } from '../app/app-context.ts';
import { useStore } from '../store/use-store.ts';
import { VerificationSteps } from './verification-steps.tsx';

/** A new device of the account asks to be confirmed: a dialog wherever the person is. */
export function AskedToConfirm() {
  const { asking } = useApp();
  const verification = useStore(asking);
  if (verification === undefined) return undefined;
  return <AskedDialog verification={verification} onDone={() => asking.dismiss()} />;
}

interface AskedDialogProps {
  readonly verification: DeviceVerification;
  readonly onDone: () => void;
}

function AskedDialog({ verification, onDone }: AskedDialogProps) {
  const { t } = useTranslation('verifyDevice');
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog ref={dialog} className="verify-dialog" aria-labelledby={id} data-face="device-asks" onCancel={onDone}>
      <div className="stack">
        <h2 id={id}>{t('askedTitle')}</h2>
        <VerificationSteps verification={verification} onDone={onDone} />
      </div>
    </dialog>
  );
}
