'use client';

import type { CallRequest, OracleCall } from '@oracle-calls/sdk';
import type { ReactNode } from 'react';
import { useCallState } from '../hooks/use-call-facts.ts';
import { useCamera, useMicrophone, useScreenShare } from '../hooks/use-call-switches.ts';
import { useDevices } from '../hooks/use-devices.ts';
import { useOracleCall } from '../hooks/use-oracle-call.ts';
import { useOracleCalls } from '../hooks/use-oracle-calls.ts';
import type { Labels } from '../labels/labels.ts';
import { useLabels } from '../labels/use-labels.ts';
import { ActionButton, type ActionButtonProps } from './action-button.tsx';

interface LabelledProps extends ActionButtonProps {
  readonly labels?: Partial<Labels>;
}

/** Buttons about a call: the one that is shown, when no other is named. */
export interface CallActionProps extends LabelledProps {
  readonly call?: OracleCall;
}

export interface CallButtonProps extends LabelledProps {
  /** Whom to call, and how. */
  readonly request: CallRequest;
}

const isOver = (kind: string): boolean => kind === 'Idle' || kind === 'Ended';

/** Places a call. Disabled while one is in progress, and until the provider has calls. */
export function CallButton({ request, labels, disabled, ...button }: CallButtonProps): ReactNode {
  const words = useLabels(labels);
  const calls = useOracleCalls();
  const { place } = useOracleCall();
  const { kind } = useCallState();
  return (
    <ActionButton
      {...button}
      label={request.type === 'video' ? words.videoCall : words.call}
      disabled={disabled === true || calls === undefined || !isOver(kind)}
      state={kind.toLowerCase()}
      act={() => {
        place(request);
        return undefined;
      }}
    />
  );
}

/** Hangs up. Disabled without a call in progress. */
export function HangUpButton({ call, labels, disabled, ...button }: CallActionProps): ReactNode {
  const words = useLabels(labels);
  const shown = useOracleCall();
  const { kind } = useCallState(call);
  return (
    <ActionButton
      {...button}
      label={words.hangUp}
      disabled={disabled === true || kind === 'Ending' || isOver(kind)}
      state={kind.toLowerCase()}
      act={() => (call ?? shown).endCall()}
    />
  );
}

/**
 * Mutes and unmutes. Its name says what a press does, so it is not a switch to a screen reader as well: "Unmute, pressed" would say the opposite of
 * what is so. `data-state` is `on` or `off`.
 */
export function MicrophoneButton({ call, labels, disabled, ...button }: CallActionProps): ReactNode {
  const words = useLabels(labels);
  const { isOn, set } = useMicrophone(call);
  const { kind } = useCallState(call);
  return (
    <ActionButton
      {...button}
      label={isOn ? words.mute : words.unmute}
      disabled={disabled === true || isOver(kind)}
      state={isOn ? 'on' : 'off'}
      act={() => set(!isOn)}
    />
  );
}

/** Switches the own camera on and off. */
export function CameraButton({ call, labels, disabled, ...button }: CallActionProps): ReactNode {
  const words = useLabels(labels);
  const { isOn, set } = useCamera(call);
  const { kind } = useCallState(call);
  return (
    <ActionButton
      {...button}
      label={words.camera}
      disabled={disabled === true || isOver(kind)}
      isPressed={isOn}
      state={isOn ? 'on' : 'off'}
      act={() => set(!isOn)}
    />
  );
}

/** Shares the own screen, or stops. Nothing where the browser cannot share one. */
export function ScreenShareButton({ call, labels, disabled, ...button }: CallActionProps): ReactNode {
  const words = useLabels(labels);
  const { isOn, set } = useScreenShare(call);
  const { canShareScreen } = useDevices();
  const { kind } = useCallState(call);
  if (!canShareScreen) return null;
  return (
    <ActionButton
      {...button}
      label={words.shareScreen}
      disabled={disabled === true || isOver(kind)}
      isPressed={isOn}
      state={isOn ? 'on' : 'off'}
      act={() => set(!isOn)}
    />
  );
}
