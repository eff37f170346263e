import { useTranslation } from 'react-i18next';
import { Button } from '../controls/button.tsx';
import { Icon } from '../controls/icon.tsx';
import { useAround } from './around-context.ts';

export interface CallStripProps {
  /** The call has ended while another screen was looked at. */
  readonly isOver: boolean;
  readonly onDismiss: () => void;
}

/** Leads back to a call that goes on while another screen is looked at, or to how it went once it has ended. */
export function CallStrip({ isOver, onDismiss }: CallStripProps) {
  const { t } = useTranslation('app');
  const { navigation } = useAround();
  return (
    <aside className="call-strip" aria-label={t('callStrip')} data-over={isOver || undefined}>
      <Icon name="phone" />
      <span role="status">{t(isOver ? 'callEnded' : 'callGoesOn')}</span>
      <Button isSmall onClick={() => navigation.go({ screen: isOver ? 'summary' : 'call' })}>
        {t(isOver ? 'showSummary' : 'returnToCall')}
      </Button>
      {isOver && (
        <button
          type="button"
          className="bare-button"
          aria-label={t('dismiss')}
          title={t('dismiss')}
          onClick={onDismiss}
        >
          <Icon name="close" />
        </button>
      )}
    </aside>
  );
}
