import { useTranslation } from 'react-i18next';
import { Banner } from '../controls/banner.tsx';
import { Button } from '../controls/button.tsx';
import { ErrorBanner } from '../faces/error-banner.tsx';
import type { Incoming } from './incoming-desk.ts';

export interface IncomingNoticesProps {
  readonly incoming: Incoming;
  readonly nameOf: (oracleDid: string) => string;
  readonly onDecline: () => void;
  readonly onDismiss: () => void;
  readonly onCallBack: (oracleDid: string) => void;
}

/** What is told of rings without asking at once: one during a call, one that was missed, one that was answered elsewhere. */
export function IncomingNotices({ incoming, nameOf, onDecline, onDismiss, onCallBack }: IncomingNoticesProps) {
  const { t } = useTranslation('incoming');
  const { ring, isBeside, missed, isElsewhere, error } = incoming;
  const dismiss = (
    <Button isSmall look="link" onClick={onDismiss}>
      {t('dismiss')}
    </Button>
  );
  return (
    <>
      {ring !== undefined && isBeside && (
        <Banner
          tone="notice"
          face="ring-during-call"
          actions={
            <Button isSmall onClick={onDecline}>
              {t('decline')}
            </Button>
          }
        >
          {t('beside', { name: nameOf(ring.oracleDid) })}
        </Banner>
      )}
      {missed !== undefined && (
        <Banner
          tone="notice"
          face="missed-call"
          actions={
            <>
              <Button isSmall icon="phone" onClick={() => onCallBack(missed.oracleDid)}>
                {t('callBack')}
              </Button>
              {dismiss}
            </>
          }
        >
          {t('missed', { name: nameOf(missed.oracleDid) })}
        </Banner>
      )}
      {isElsewhere && (
        <Banner tone="notice" face="answered-elsewhere" actions={dismiss}>
          {t('elsewhere')}
        </Banner>
      )}
      {error !== undefined && <ErrorBanner code={error.code} actions={dismiss} />}
    </>
  );
}
