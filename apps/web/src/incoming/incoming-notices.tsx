import { useTranslation } from 'react-i18next';
import { Banner } from '../controls/banner.tsx';
import { Button } from '../controls/button.tsx';
import { ErrorBanner } from '../faces/error-banner.tsx';
import type { Incoming } from './incoming-desk.ts';

export interface IncomingNoticesProps {
  readonly incoming: Incoming;
  readonly nameOf: (oracleDid: string) => string;
  readonly onDismiss: () => void;
  /** Absent during a call. */
  readonly onCallBack: ((oracleDid: string) => void) | undefined;
}

/** What is told of rings that are over. In a call it stands above it, and interrupts nothing. */
export function IncomingNotices({ incoming, nameOf, onDismiss, onCallBack }: IncomingNoticesProps) {
  const { t } = useTranslation('incoming');
  const { missed, isElsewhere, error } = incoming;
  const dismiss = (
    <Button isSmall look="link" onClick={onDismiss}>
      {t('dismiss')}
    </Button>
  );
  return (
    <>
      {missed !== undefined && (
        <Banner
          tone="notice"
          face="missed-call"
          actions={
            <>
              {onCallBack !== undefined && (
                <Button isSmall icon="phone" onClick={() => onCallBack(missed.oracleDid)}>
                  {t('callBack')}
                </Button>
              )}
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
