import { useTranslation } from 'react-i18next';
import { useApp } from '../app/app-context.ts';
import { Card } from '../controls/card.tsx';
import { RecoveryKey } from './recovery-key.tsx';

/** Shows a new recovery key, once. */
export function KeepKeyCard({ recoveryKey }: { readonly recoveryKey: string }) {
  const app = useApp();
  const { t } = useTranslation('confirmDevice');
  return (
    <Card title={t('keep.title')} lead={t('keep.lead')}>
      <RecoveryKey recoveryKey={recoveryKey} onKept={() => app.keepRecoveryKey()} />
    </Card>
  );
}
