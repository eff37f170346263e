import { useTranslation } from 'react-i18next';
import { RoundButton } from '../controls/round-button.tsx';
import { Toolbar } from '../controls/toolbar.tsx';
import type { CallPanel } from './call-panel.ts';

export interface CallBarProps {
  readonly isMicrophoneOn: boolean;
  readonly isCameraOn: boolean;
  readonly isScreenShared: boolean;
  readonly canShareScreen: boolean;
  readonly areCaptionsShown: boolean;
  readonly unread: number;
  readonly panel: CallPanel | undefined;
  readonly isEnding: boolean;
  readonly onMicrophone: () => void;
  readonly onCamera: () => void;
  readonly onScreen: () => void;
  readonly onCaptions: () => void;
  readonly onPanel: (panel: CallPanel) => void;
  readonly onHangUp: () => void;
}

/** What a person does in a call. A narrow page keeps the half that is needed at once; the rest is under More. */
export function CallBar(props: CallBarProps) {
  const { t } = useTranslation('call');
  const { isMicrophoneOn, isCameraOn, isScreenShared, panel, isEnding, unread } = props;
  return (
    <Toolbar label={t('controls')} className="call-bar">
      <RoundButton
        icon={isMicrophoneOn ? 'microphone' : 'muted'}
        label={t(isMicrophoneOn ? 'mute' : 'unmute')}
        data-off={!isMicrophoneOn || undefined}
        disabled={isEnding}
        onClick={props.onMicrophone}
      />
      <RoundButton
        icon={isCameraOn ? 'video' : 'videoOff'}
        label={t(isCameraOn ? 'cameraOff' : 'cameraOn')}
        data-off={!isCameraOn || undefined}
        disabled={isEnding}
        onClick={props.onCamera}
      />
      {props.canShareScreen && (
        <RoundButton
          icon={isScreenShared ? 'screenOff' : 'screen'}
          label={t(isScreenShared ? 'stopSharing' : 'shareScreen')}
          data-on={isScreenShared || undefined}
          data-wide
          disabled={isEnding}
          onClick={props.onScreen}
        />
      )}
      <RoundButton
        icon="speaker"
        label={t('sound')}
        aria-expanded={panel === 'sound'}
        data-wide
        onClick={() => props.onPanel('sound')}
      />
      <RoundButton
        icon="captions"
        label={t('captions')}
        aria-pressed={props.areCaptionsShown}
        data-wide
        onClick={props.onCaptions}
      />
      <RoundButton
        icon="chat"
        label={t('chat')}
        aria-expanded={panel === 'chat'}
        data-unread={unread === 0 ? undefined : Math.min(unread, 9)}
        onClick={() => props.onPanel('chat')}
      />
      <RoundButton
        icon="more"
        label={t('more')}
        aria-expanded={panel === 'more'}
        onClick={() => props.onPanel('more')}
      />
      <RoundButton look="danger" icon="hangUp" label={t('hangUp')} disabled={isEnding} onClick={props.onHangUp} />
    </Toolbar>
  );
}
