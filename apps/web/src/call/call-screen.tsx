import type { OracleCall } from '@oracle-calls/sdk';
import { useTranslation } from 'react-i18next';
import { Banner } from '../controls/banner.tsx';
import { Card } from '../controls/card.tsx';
import { RoundButton } from '../controls/round-button.tsx';
import { ErrorBanner } from '../faces/error-banner.tsx';
import { PadlockStatus } from '../security/padlock.tsx';
import { SecurityPanel } from '../security/security-panel.tsx';
import type { CallDesk, Desk } from './call-desk.ts';
import { statusText } from './call-state-words.ts';
import { TimelineTable } from './timeline-table.tsx';
import './call.css';

export interface CallScreenProps {
  readonly desk: CallDesk;
  readonly shown: Desk;
  readonly call: OracleCall;
}

/** A call in progress. */
export function CallScreen({ desk, shown, call }: CallScreenProps) {
  const { t } = useTranslation('call');
  const { error, hasRotated, hasStranger, isReconnecting } = shown;
  const isMuted = !call.isMicrophoneEnabled;
  return (
    <Card title={t('title')}>
      <p role="status">{t(`status.${statusText(call.state, isReconnecting)}`)}</p>
      {hasStranger && (
        <Banner tone="danger" face="stranger">
          {t('stranger')}
        </Banner>
      )}
      {hasRotated && (
        <Banner tone="notice" face="key-rotated">
          {t('rotated')}
        </Banner>
      )}
      {error !== undefined && <ErrorBanner code={error.code} />}
      <PadlockStatus call={call} />
      <div className="call-bar" role="toolbar" aria-label={t('controls')}>
        <RoundButton
          icon={isMuted ? 'muted' : 'microphone'}
          label={t(isMuted ? 'unmute' : 'mute')}
          aria-pressed={isMuted}
          onClick={() => void desk.attempt(() => call.setMicrophoneEnabled(isMuted))}
        />
        <RoundButton
          look="danger"
          icon="hangUp"
          label={t('hangUp')}
          disabled={call.state.kind === 'Ending'}
          onClick={() => desk.hangUp()}
        />
      </div>
      <SecurityPanel security={call.security} onCompared={(isSame) => void desk.compared(isSame)} />
      <TimelineTable timeline={call.timeline} />
    </Card>
  );
}
