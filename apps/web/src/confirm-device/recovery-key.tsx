import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../controls/button.tsx';
import './confirm-device.css';

export interface RecoveryKeyProps {
  readonly recoveryKey: string;
  readonly onKept: () => void;
}

/** A recovery key to be kept: read, copied, and said to be kept. */
export function RecoveryKey({ recoveryKey, onKept }: RecoveryKeyProps) {
  const { t } = useTranslation('confirmDevice');
  const [copied, setCopied] = useState<'copy' | 'copied' | 'copyByHand'>('copy');
  const copy = (): void =>
    void navigator.clipboard.writeText(recoveryKey).then(
      () => setCopied('copied'),
      () => setCopied('copyByHand'),
    );
  return (
    <>
      <output className="recovery-key" dir="ltr" aria-label={t('keep.label')}>
        {recoveryKey}
      </output>
      <Button onClick={copy}>{t(`keep.${copied}`)}</Button>
      <Button look="primary" onClick={onKept}>
        {t('keep.kept')}
      </Button>
    </>
  );
}
