import {
  useCallSecurity,
  useCallState,
  useCaptions,
  useChat,
  useDevices,
  useLocalTrack,
  useScreenShare,
} from '@oracle-calls/react';
import type { OracleCall } from '@oracle-calls/sdk';
import { DeviceFields } from '../lobby/device-fields.tsx';
import { SecurityPanel } from '../security/security-panel.tsx';
import type { CallPanel } from './call-panel.ts';
import { ChatPanel } from './chat-panel.tsx';
import { MorePanel } from './more-panel.tsx';
import { TranscriptPanel } from './transcript-panel.tsx';

export interface PanelBodyProps {
  readonly panel: CallPanel;
  readonly call: OracleCall;
  readonly areCaptionsShown: boolean;
  readonly onCaptions: () => void;
  readonly onScreen: () => void;
  readonly onPanel: (panel: CallPanel) => void;
  readonly onCompared: (isSame: boolean) => void;
  /** Absent while the oracle does not speak. */
  readonly onInterrupt: (() => void) | undefined;
}

/** What stands in the panel that is open. */
export function PanelBody(props: PanelBodyProps) {
  const { panel, call } = props;
  const state = useCallState(call);
  const security = useCallSecurity(call) ?? call.security;
  const captions = useCaptions(call);
  const { messages, send } = useChat(call);
  const microphone = useLocalTrack('microphone', call);
  const { canShareScreen } = useDevices();
  const { isOn: isScreenShared } = useScreenShare(call);
  switch (panel) {
    case 'transcript':
      return <TranscriptPanel captions={captions} />;
    case 'chat':
      return (
        <ChatPanel messages={messages} canWrite={state.kind === 'Live'} onSend={send} onInterrupt={props.onInterrupt} />
      );
    case 'sound':
      return <DeviceFields microphone={microphone} />;
    case 'security':
      return (
        <SecurityPanel state={state} security={security} mayRemember={call.remembers} onCompared={props.onCompared} />
      );
    case 'more':
      return (
        <MorePanel
          timeline={call.timeline}
          canShareScreen={canShareScreen}
          isScreenShared={isScreenShared}
          areCaptionsShown={props.areCaptionsShown}
          onScreen={props.onScreen}
          onCaptions={props.onCaptions}
          onPanel={props.onPanel}
        />
      );
  }
}
