import { codeOf, type ErrorCode } from '@oracle-calls/protocol';
import type { DeviceVerification } from '@oracle-calls/matrix/device-verification';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MatrixAccount } from '../account/matrix-account.ts';
import { Button } from '../controls/button.tsx';
import { ErrorBanner } from '../faces/error-banner.tsx';
import { VerificationSteps } from './verification-steps.tsx';

export interface AskOtherDeviceProps {
  readonly account: MatrixAccount;
  readonly isDisabled: boolean;
  /** This device is confirmed now. */
  readonly onConfirmed: () => void;
}

type Asking =
  | { readonly kind: 'idle' | 'starting' }
  | { readonly kind: 'asked'; readonly verification: DeviceVerification }
  | { readonly kind: 'failed'; readonly code: ErrorCode };

/** A new device asks one that is signed in to confirm it, instead of the recovery key. */
export function AskOtherDevice({ account: { identity }, isDisabled, onConfirmed }: AskOtherDeviceProps) {
  const { t } = useTranslation('verifyDevice');
  const [asking, setAsking] = useState<Asking>({ kind: 'idle' });
  const verification = asking.kind === 'asked' ? asking.verification : undefined;
  // Who leaves the screen gives up.
  useEffect(() => () => verification?.cancel(), [verification]);
  const ask = (): void => {
    setAsking({ kind: 'starting' });
    identity.askOtherDevice().then(
      (started) => setAsking({ kind: 'asked', verification: started }),
      (error: unknown) => setAsking({ kind: 'failed', code: codeOf(error) }),
    );
  };
  if (verification !== undefined) {
    const done = (): void => {
      if (verification.state.kind === 'Verified') onConfirmed();
      setAsking({ kind: 'idle' });
    };
    return (
      <section className="stack verify-panel" aria-label={t('ask')}>
        <VerificationSteps verification={verification} onDone={done} />
      </section>
    );
  }
  return (
    <>
      {asking.kind === 'failed' && <ErrorBanner code={asking.code} />}
      <Button disabled={isDisabled || asking.kind === 'starting'} onClick={ask}>
        {t('ask')}
      </Button>
    </>
  );
}
