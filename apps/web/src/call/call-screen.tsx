import {
  useCallDuration,
  useCallSecurity,
  useCallState,
  useCamera,
  useCaptions,
  useChat,
  useConnectionQuality,
  useDevices,
  useIsReconnecting,
  useLocalTrack,
  useMicrophone,
  useOracleState,
  useRemoteTrack,
  useScreenShare,
} from '@oracle-calls/react';
import type { OracleCall } from '@oracle-calls/sdk';
import { useEffect, useState } from 'react';
import type { CallFace, FaceAction } from '../faces/call-faces.ts';
import { CallFaceList } from '../faces/call-face-list.tsx';
import { HearingNote } from '../security/hearing-note.tsx';
import { CallBar } from './call-bar.tsx';
import { CallHeader } from './call-header.tsx';
import { CallStage } from './call-stage.tsx';
import { statusText } from './call-state-words.ts';
import { CaptionOverlay } from './caption-overlay.tsx';
import { PanelBody } from './panel-body.tsx';
import { ScreenWake } from './screen-wake.ts';
import { SidePanel } from './side-panel.tsx';
import { SpokenLines } from './spoken-lines.tsx';
import { useCallFaces } from './use-call-faces.ts';
import { usePanel } from './use-panel.ts';
import { useShortcuts } from './use-shortcuts.ts';
import { useUnread } from './use-unread.ts';
import './call.css';
import './panels.css';
import './stage.css';

export interface CallScreenProps {
  readonly call: OracleCall;
  /** What the oracle is called, where that is known. */
  readonly oracleName?: string | undefined;
  readonly onHangUp: () => void;
  /** Shows the page around the call, which goes on. */
  readonly onMinimise?: (() => void) | undefined;
  readonly onCompared: (isSame: boolean) => void;
}

/** A call in progress. */
export function CallScreen({ call, oracleName, onHangUp, onMinimise, onCompared }: CallScreenProps) {
  const state = useCallState(call);
  const security = useCallSecurity(call) ?? call.security;
  const isReconnecting = useIsReconnecting(call);
  const microphone = useMicrophone(call);
  const camera = useCamera(call);
  const screen = useScreenShare(call);
  const captions = useCaptions(call);
  const { messages } = useChat(call);
  const quality = useConnectionQuality(call)?.level;
  const seconds = useCallDuration(call);
  const activity = useOracleState(call);
  const oracle = useRemoteTrack('audio', call);
  const oracleVideo = useRemoteTrack('video', call);
  const ownMicrophone = useLocalTrack('microphone', call);
  const ownCamera = useLocalTrack('camera', call);
  const ownScreen = useLocalTrack('screen', call);
  const { canShareScreen } = useDevices();
  const { faces, dismiss, screenAsked } = useCallFaces(call);
  const { panel, open, close, toggle } = usePanel();
  const [areCaptionsShown, setCaptionsShown] = useState(true);
  const unread = useUnread(messages, panel === 'chat');
  useAwakeScreen();

  // What fails is a warning of the call, and so has a face.
  const flip = ({ isOn, set }: typeof microphone): void => void set(!isOn).catch(() => undefined);
  const flipScreen = async (): Promise<void> => {
    const wanted = !screen.isOn;
    try {
      await screen.set(wanted);
      screenAsked(!wanted || call.isScreenShared);
    } catch {
      screenAsked(true);
    }
  };
  const interrupt = (): void => void call.interrupt().catch(() => undefined);
  const flipCaptions = (): void => setCaptionsShown(!areCaptionsShown);
  useShortcuts((shortcut) => {
    switch (shortcut) {
      case 'mute':
        return flip(microphone);
      case 'camera':
        return flip(camera);
      case 'captions':
        return flipCaptions();
      case 'chat':
        return toggle('chat');
      case 'help':
        return toggle('more');
      case 'close':
        return close();
    }
  });
  const act = (action: FaceAction, face: CallFace): void => {
    const device = face.words.kind === 'device' ? face.words.device : undefined;
    switch (action) {
      case 'hangUp':
        return onHangUp();
      case 'chooseDevice':
        return open('sound');
      case 'tryAgain':
        dismiss(face);
        return void (device === 'camera' ? camera : microphone).set(true).catch(() => undefined);
      case 'compare':
        return open('security');
      case 'cameraOff':
        return void camera.set(false).catch(() => undefined);
      case 'playSound':
        return void oracle?.play();
      case 'dismiss':
        return dismiss(face);
    }
  };

  const isLive = state.kind === 'Live';
  const isSpeaking = isLive && activity === 'speaking';
  return (
    <main className="call" data-open={panel === undefined ? undefined : true}>
      <CallHeader
        oracleDid={call.oracleDid}
        oracleName={oracleName}
        state={state}
        security={security}
        seconds={seconds}
        quality={isLive && !isReconnecting ? quality : undefined}
        isSecurityOpen={panel === 'security'}
        onSecurity={() => toggle('security')}
        onMinimise={onMinimise}
      />
      <div className="call-middle">
        <div className="call-stage-column">
          {isLive && security.hearing !== undefined && (
            <HearingNote hearing={security.hearing} mayRemember={call.remembers} />
          )}
          <CallFaceList faces={faces} onAction={act} />
          <CallStage
            status={statusText(state, isReconnecting)}
            mood={isLive && !isReconnecting ? (activity ?? 'listening') : 'waiting'}
            oracle={oracle}
            microphone={ownMicrophone}
            oracleVideo={oracleVideo?.mediaStreamTrack}
            camera={ownCamera?.mediaStreamTrack}
            screen={ownScreen?.mediaStreamTrack}
            isMuted={!microphone.isOn}
            onInterrupt={isSpeaking && panel !== 'chat' ? interrupt : undefined}
            onStopSharing={() => void flipScreen()}
          >
            {areCaptionsShown && panel !== 'transcript' && (
              <CaptionOverlay captions={captions} onShowAll={() => open('transcript')} />
            )}
          </CallStage>
        </div>
        {panel !== undefined && (
          <SidePanel key={panel} panel={panel} onClose={close}>
            <PanelBody
              panel={panel}
              call={call}
              areCaptionsShown={areCaptionsShown}
              onCaptions={flipCaptions}
              onScreen={() => void flipScreen()}
              onPanel={open}
              onCompared={onCompared}
              onInterrupt={isSpeaking ? interrupt : undefined}
            />
          </SidePanel>
        )}
      </div>
      <CallBar
        isMicrophoneOn={microphone.isOn}
        isCameraOn={camera.isOn}
        isScreenShared={screen.isOn}
        canShareScreen={canShareScreen}
        areCaptionsShown={areCaptionsShown}
        unread={unread}
        panel={panel}
        isEnding={state.kind === 'Ending'}
        onMicrophone={() => flip(microphone)}
        onCamera={() => flip(camera)}
        onScreen={() => void flipScreen()}
        onCaptions={flipCaptions}
        onPanel={toggle}
        onHangUp={onHangUp}
      />
      <SpokenLines captions={captions} messages={messages} />
    </main>
  );
}

/** The screen stays on while a call is shown. */
function useAwakeScreen(): void {
  useEffect(() => {
    const wake = new ScreenWake({ wakeLock: 'wakeLock' in navigator ? navigator.wakeLock : undefined, page: document });
    return () => wake[Symbol.dispose]();
  }, []);
}
