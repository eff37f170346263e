import type { CallType } from '@oracle-calls/protocol';
import { useTranslation } from 'react-i18next';
import { Button } from '../controls/button.tsx';
import { MemorySwitch } from '../memory/memory-switch.tsx';

export interface CallButtonsProps {
  readonly onPlace: (type: CallType) => void;
  /** An oracle that is known to remember: whether it may is asked beside the buttons. */
  readonly remembering: string | undefined;
}

/** Places a call at once: nothing stands between the click and the call. */
export function CallButtons({ onPlace, remembering }: CallButtonsProps) {
  const { t } = useTranslation('home');
  return (
    <>
      <div className="call-buttons">
        <Button look="primary" icon="phone" onClick={() => onPlace('audio')}>
          {t('call')}
        </Button>
        <Button icon="video" onClick={() => onPlace('video')}>
          {t('videoCall')}
        </Button>
      </div>
      {remembering !== undefined && <MemorySwitch oracleDid={remembering} />}
    </>
  );
}
