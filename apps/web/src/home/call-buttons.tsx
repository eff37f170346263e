import type { CallType } from '@oracle-calls/protocol';
import { useTranslation } from 'react-i18next';
import { Button } from '../controls/button.tsx';

/** Places a call at once: nothing stands between the click and the call. */
export function CallButtons({ onPlace }: { readonly onPlace: (type: CallType) => void }) {
  const { t } = useTranslation('home');
  return (
    <div className="call-buttons">
      <Button look="primary" icon="phone" onClick={() => onPlace('audio')}>
        {t('call')}
      </Button>
      <Button icon="video" onClick={() => onPlace('video')}>
        {t('videoCall')}
      </Button>
    </div>
  );
}
