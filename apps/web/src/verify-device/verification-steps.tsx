import type { DeviceVerification, VerificationEmoji } from '@oracle-calls/matrix/device-verification';
import { useTranslation } from 'react-i18next';
import { Banner } from '../controls/banner.tsx';
import { Button } from '../controls/button.tsx';
import { emojiName } from './emoji-names.ts';
import { useVerification } from './use-verification.ts';
import './verify-device.css';

export interface VerificationStepsProps {
  readonly verification: DeviceVerification;
  /** The person is done with it, however it ended. */
  readonly onDone: () => void;
}

/** One device confirms another by seven pictures: what both see, and what their person says. Alike on both devices. */
export function VerificationSteps({ verification, onDone }: VerificationStepsProps) {
  const { t } = useTranslation('verifyDevice');
  const state = useVerification(verification);
  switch (state.kind) {
    case 'Waiting':
    case 'Agreeing':
    case 'Receiving':
      return (
        <>
          <p role="status">{t(`states.${state.kind}`)}</p>
          <Button look="link" onClick={() => verification.cancel()}>
            {t('cancel')}
          </Button>
        </>
      );
    case 'Asked':
      return (
        <>
          <p>{t('states.Asked')}</p>
          {state.deviceId !== undefined && (
            <p className="quiet">
              {t('device')} <bdi>{state.deviceId}</bdi>
            </p>
          )}
          <div className="row">
            <Button look="primary" onClick={() => verification.accept()}>
              {t('compare')}
            </Button>
            <Button onClick={onDone}>{t('decline')}</Button>
          </div>
        </>
      );
    case 'Comparing':
      return (
        <>
          <p>{t('states.Comparing')}</p>
          <Pictures emoji={state.emoji} />
          <div className="row">
            <Button look="primary" onClick={() => verification.confirm()}>
              {t('same')}
            </Button>
            <Button look="danger" onClick={() => verification.mismatch()}>
              {t('different')}
            </Button>
          </div>
        </>
      );
    case 'Confirming':
      return (
        <>
          <Pictures emoji={state.emoji} />
          <p role="status">{t('states.Confirming')}</p>
        </>
      );
    case 'Verified':
      return (
        <>
          <Banner tone="notice" face="device-confirmed">
            {t('states.Verified')}
          </Banner>
          <Button look="primary" onClick={onDone}>
            {t('done')}
          </Button>
        </>
      );
    case 'Ended':
      return (
        <>
          <Banner tone={state.reason === 'mismatch' ? 'danger' : 'notice'} face={`verification-${state.reason}`}>
            {t(`ends.${state.reason}`)}
          </Banner>
          <Button onClick={onDone}>{t('close')}</Button>
        </>
      );
  }
}

function Pictures({ emoji }: { readonly emoji: readonly VerificationEmoji[] }) {
  const { t, i18n } = useTranslation('verifyDevice');
  return (
    <ol className="pictures" aria-label={t('pictures')}>
      {emoji.map(({ symbol, name }, index) => (
        // The same picture may come twice.
        // oxlint-disable-next-line react/no-array-index-key -- seven places that never move
        <li key={index}>
          <span aria-hidden="true">{symbol}</span>
          <span>{emojiName(name, i18n.language)}</span>
        </li>
      ))}
    </ol>
  );
}
