import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApp } from '../app/app-context.ts';
import { Button } from '../controls/button.tsx';
import { Card } from '../controls/card.tsx';
import './confirm-device.css';

/** Shows a new recovery key, once. */
export function KeepKeyCard({ recoveryKey }: { readonly recoveryKey: string }) {
  const app = useApp();
  const { t } = useTranslation('confirmDevice');
  const [copied, setCopied] = useState<'copy' | 'copied' | 'copyByHand'>('copy');
  const copy = (): void =>
    void navigator.clipboard.writeText(recoveryKey).then(
      () => setCopied('copied'),
      () => setCopied('copyByHand'),
    );
  return (
    <Card title={t('keep.title')} lead={t('keep.lead')}>
      <output className="recovery-key" dir="ltr" aria-label={t('keep.label')}>
        {recoveryKey}
      </output>
      <Button onClick={copy}>{t(`keep.${copied}`)}</Button>
      <Button look="primary" onClick={() => app.keepRecoveryKey()}>
        {t('keep.kept')}
      </Button>
    </Card>
  );
}
