import { systemClock } from '@oracle-calls/protocol';
import {
  useCallState,
  useCallWarnings,
  useCamera,
  useConnectionQuality,
  useIsReconnecting,
  useMicrophone,
  useRemoteTrack,
} from '@oracle-calls/react';
import type { OracleCall, RemoteTrack } from '@oracle-calls/sdk';
import { useEffect, useState } from 'react';
import { useIsOffline } from '../shell/use-is-offline.ts';
import { facesOf, SLOW_MS, type CallFace } from '../faces/call-faces.ts';
import { SleepWatch } from './sleep-watch.ts';

export interface UsedCallFaces {
  readonly faces: readonly CallFace[];
  /** The person has seen it. */
  readonly dismiss: (face: CallFace) => void;
  /** The person asked to share a screen, and this came of it. */
  readonly screenAsked: (isShared: boolean) => void;
}

/** What is to be said of a call right now. */
export function useCallFaces(call: OracleCall): UsedCallFaces {
  const { warnings, dismiss } = useCallWarnings(call);
  const state = useCallState(call);
  const [sleptMs, setSleptMs] = useState<number>();
  const [wasShareRefused, setShareRefused] = useState(false);
  useEffect(() => {
    const watch = new SleepWatch({ clock: systemClock, page: document, woke: setSleptMs });
    return () => watch[Symbol.dispose]();
  }, []);
  const faces = facesOf({
    state,
    isSlow: useIsLate(state.kind === 'Connecting', SLOW_MS),
    isReconnecting: useIsReconnecting(call),
    isOffline: useIsOffline(),
    warnings,
    quality: useConnectionQuality(call)?.level,
    isMicrophoneEnabled: useMicrophone(call).isOn,
    isCameraEnabled: useCamera(call).isOn,
    sleptMs,
    wasShareRefused,
    isSoundBlocked: useIsHeldBack(useRemoteTrack('audio', call)),
  });
  return {
    faces,
    screenAsked: (isShared) => setShareRefused(!isShared),
    dismiss: (face) => {
      if (face.name === 'asleep') setSleptMs(undefined);
      if (face.name === 'screen-refused') setShareRefused(false);
      for (const id of face.warnings) dismiss(id);
    },
  };
}

/** Whether something has gone on for longer than `afterMs`. */
function useIsLate(isGoingOn: boolean, afterMs: number): boolean {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    if (!isGoingOn) return undefined;
    const timer = systemClock.after(afterMs, () => setLate(true));
    return () => {
      timer[Symbol.dispose]();
      setLate(false);
    };
  }, [isGoingOn, afterMs]);
  return isLate;
}

/** A page that waits for a click is no emergency: twice a second is soon enough. */
const LOOK_MS = 500;

/** Whether the browser holds a track's sound back until the person clicks. */
function useIsHeldBack(track: RemoteTrack | undefined): boolean {
  const [isHeldBack, setHeldBack] = useState(false);
  useEffect(() => {
    let timer: Disposable | undefined;
    const look = (): void => {
      setHeldBack(track?.isHeldBack?.() ?? false);
      timer = systemClock.after(LOOK_MS, look);
    };
    look();
    return () => timer?.[Symbol.dispose]();
  }, [track]);
  return isHeldBack;
}
