import type { ErrorCode } from '@oracle-calls/protocol';
import type { CallWarning } from '@oracle-calls/react';
import type { CallState, DeviceProblem } from '@oracle-calls/sdk';
import { deviceFaceOf, type MediaSource } from './device-face.ts';

/** Something that happened in a call that goes on: the name of its face. */
export type CallFaceName =
  | 'homeserver-slow'
  | 'sfu-slow'
  | 'oracle-waiting'
  | 'offline'
  | 'reconnecting'
  | 'sound-blocked'
  | 'stranger'
  | 'undecryptable'
  | 'asleep'
  | 'screen-refused'
  | 'key-rotated'
  | 'heard-by-more'
  | 'heard-by-others'
  | 'connection-poor'
  | 'echo'
  | `${'microphone' | 'camera' | 'speaker'}-${'unplugged' | 'replaced'}`;

/** What the person can do about it. */
export type FaceAction = 'hangUp' | 'chooseDevice' | 'tryAgain' | 'compare' | 'cameraOff' | 'playSound' | 'dismiss';

/** What a face says: words of its own, of a device, or of an error code. */
export type FaceWords =
  | { readonly kind: 'own'; readonly name: CallFaceName; readonly label?: string; readonly seconds?: number }
  | { readonly kind: 'device'; readonly device: MediaSource; readonly problem: DeviceProblem }
  | { readonly kind: 'error'; readonly code: ErrorCode };

export interface CallFace {
  readonly name: string;
  readonly tone: 'danger' | 'notice';
  readonly words: FaceWords;
  readonly actions: readonly FaceAction[];
  /** The warnings that it stands for, and that go when it is dismissed. */
  readonly warnings: readonly number[];
}

/** A call as it is right now. */
export interface CallMoment {
  readonly state: CallState;
  /** It has been connecting for longer than `SLOW_MS`. */
  readonly isSlow: boolean;
  readonly isReconnecting: boolean;
  /** The browser says that the device has no network; the call may not have noticed. */
  readonly isOffline: boolean;
  readonly warnings: readonly CallWarning[];
  readonly quality: 'good' | 'fair' | 'poor' | undefined;
  readonly isMicrophoneEnabled: boolean;
  readonly isCameraEnabled: boolean;
  /** For how long the page was frozen, until the person has seen it. */
  readonly sleptMs: number | undefined;
  /** The person asked to share a screen, and nothing is shared: browsers do not say whether they or the person refused. */
  readonly wasShareRefused: boolean;
  /** The browser holds the oracle's sound back. */
  readonly isSoundBlocked: boolean;
}

/** A wait is named from here on: set-up takes a second or two, and a ring at the oracle's some more. */
export const SLOW_MS = 8_000;

/** What is shown of a call that has not ended, worst first. */
export function facesOf(moment: CallMoment): readonly CallFace[] {
  if (moment.state.kind === 'Ending' || moment.state.kind === 'Ended') return [];
  const faces = [...standingFaces(moment), ...warningFaces(moment)];
  return faces.toSorted((one, other) => Number(other.tone === 'danger') - Number(one.tone === 'danger'));
}

function face(
  words: Extract<FaceWords, { kind: 'own' }>,
  tone: CallFace['tone'],
  actions: readonly FaceAction[],
): CallFace {
  return { name: words.name, tone, words, actions, warnings: [] };
}

/** What is so until it is so no more. */
function standingFaces({ state, isSlow, ...moment }: CallMoment): CallFace[] {
  const faces: CallFace[] = [];
  if (moment.isReconnecting) faces.push(face({ kind: 'own', name: 'reconnecting' }, 'danger', ['hangUp']));
  else if (moment.isOffline) faces.push(face({ kind: 'own', name: 'offline' }, 'danger', ['hangUp']));
  else if (state.kind === 'Connecting' && isSlow) {
    faces.push(face({ kind: 'own', name: SLOW[firstOf(state.awaiting)] }, 'notice', ['hangUp']));
  }
  if (moment.isSoundBlocked) faces.push(face({ kind: 'own', name: 'sound-blocked' }, 'danger', ['playSound']));
  if (moment.sleptMs !== undefined) {
    const seconds = Math.round(moment.sleptMs / 1_000);
    faces.push(face({ kind: 'own', name: 'asleep', seconds }, 'notice', ['dismiss']));
  }
  if (moment.wasShareRefused) faces.push(face({ kind: 'own', name: 'screen-refused' }, 'notice', ['dismiss']));
  if (moment.quality === 'poor' && !moment.isReconnecting && !moment.isOffline) {
    const actions = moment.isCameraEnabled ? (['cameraOff'] as const) : [];
    faces.push(face({ kind: 'own', name: 'connection-poor' }, 'notice', actions));
  }
  return faces;
}

const SLOW = { event: 'homeserver-slow', sfu: 'sfu-slow', oracle: 'oracle-waiting' } as const;

/** The step that the others wait for: without the event there is no SFU, and without both no oracle. */
function firstOf(awaiting: readonly (keyof typeof SLOW)[]): keyof typeof SLOW {
  if (awaiting.includes('event')) return 'event';
  return awaiting.includes('sfu') ? 'sfu' : 'oracle';
}

/** What was told once. Warnings of one face are shown as one, the newest. */
function warningFaces(moment: CallMoment): CallFace[] {
  const faces = new Map<string, CallFace>();
  for (const { id, notice } of moment.warnings) {
    const shown = faceOfWarning(notice, moment);
    if (shown === undefined) continue;
    faces.set(shown.name, { ...shown, warnings: [...(faces.get(shown.name)?.warnings ?? []), id] });
  }
  return [...faces.values()];
}

function faceOfWarning(notice: CallWarning['notice'], moment: CallMoment): CallFace | undefined {
  switch (notice.kind) {
    case 'stranger':
      return face({ kind: 'own', name: 'stranger' }, 'danger', ['hangUp', 'dismiss']);
    case 'undecryptable':
      return face({ kind: 'own', name: 'undecryptable' }, 'danger', ['hangUp', 'dismiss']);
    case 'keysRotated':
      return face({ kind: 'own', name: 'key-rotated' }, 'notice', ['compare', 'dismiss']);
    case 'hearingChanged':
      return notice.change === 'wider'
        ? face({ kind: 'own', name: 'heard-by-more' }, 'danger', ['hangUp', 'dismiss'])
        : face({ kind: 'own', name: 'heard-by-others' }, 'notice', ['dismiss']);
    case 'echo':
      return face({ kind: 'own', name: 'echo' }, 'notice', ['chooseDevice', 'dismiss']);
    case 'device': {
      const { device, change, label } = notice;
      // Another is on already.
      if (change === 'unplugged' && isOn(device, moment)) return undefined;
      const words = { kind: 'own', name: `${device}-${change}`, label } as const;
      return face(words, change === 'unplugged' ? 'danger' : 'notice', ['chooseDevice', 'dismiss']);
    }
    case 'error': {
      const device = deviceFaceOf(notice.error);
      const { code } = notice.error;
      if (device === undefined) {
        return {
          name: code,
          tone: 'danger',
          words: { kind: 'error', code },
          actions: ['hangUp', 'dismiss'],
          warnings: [],
        };
      }
      if (isOn(device.device, moment)) return undefined;
      const actions =
        device.device === 'screen' ? (['dismiss'] as const) : (['tryAgain', 'chooseDevice', 'dismiss'] as const);
      return {
        name: `${device.device}-${device.problem}`,
        tone: 'danger',
        words: { kind: 'device', ...device },
        actions,
        warnings: [],
      };
    }
  }
}

function isOn(device: MediaSource | 'speaker', { isMicrophoneEnabled, isCameraEnabled }: CallMoment): boolean {
  if (device === 'microphone') return isMicrophoneEnabled;
  return device === 'camera' && isCameraEnabled;
}
