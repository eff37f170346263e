import type { Logger, OracleCallError, TimelineMs, TimelineStage } from '@oracle-calls/protocol';
import type { DeviceKind } from '../devices/devices.ts';
import type { LocalTrack } from '../devices/devices-port.ts';
import type { ConnectionQuality } from '../media/quality-judge.ts';
import type { RemoteTrack } from '../media/sfu-port.ts';
import type { KeyFingerprints } from '../key-pins/key-rules.ts';
import type { CallSecurity } from '../security/call-security.ts';
import type { CallState } from './call-state.ts';
import type { CaptionWord } from '@oracle-calls/protocol/data-frame';
import type { CallHearing, HearingChange } from '@oracle-calls/protocol/hearing';
import type { OracleQuestion, QuestionAnswer } from './oracle-question.ts';
import { Observers } from '../observers/observers.ts';

/** Everything a call tells its application. */
export type CallNotice =
  | { readonly kind: 'state'; readonly state: CallState }
  | { readonly kind: 'timeline'; readonly stage: TimelineStage; readonly timeline: TimelineMs }
  /** Something went wrong. The call goes on unless a `state` notice says otherwise. */
  | { readonly kind: 'error'; readonly error: OracleCallError }
  /** The own microphone or camera is on, for a preview. The call switches it off again. */
  | { readonly kind: 'localTrack'; readonly track: LocalTrack }
  /** The oracle's audio (already playing) or video (for the application to show). */
  | { readonly kind: 'remoteTrack'; readonly track: RemoteTrack }
  /** Somebody who is not the oracle is in the SFU room: show it. Never played, holds no key. */
  | { readonly kind: 'stranger'; readonly participantIdentity: string }
  /** Packets of the oracle arrive that this call's key does not open. */
  | { readonly kind: 'undecryptable'; readonly participantIdentity: string }
  /** Something about the call's security became known, or changed. */
  | { readonly kind: 'security'; readonly security: CallSecurity }
  /** A later agent of this call declares others who hear it: show it, and loudly when it is `wider`. */
  | {
      readonly kind: 'hearingChanged';
      readonly previous: CallHearing;
      readonly current: CallHearing;
      readonly change: HearingChange;
    }
  /** The oracle has other keys than at the last call, and signed the change with the old ones: show it. */
  | { readonly kind: 'keysRotated'; readonly previous: KeyFingerprints; readonly current: KeyFingerprints }
  /** Words that were spoken. Captions of one utterance share `segment`; a later one replaces the earlier. */
  | {
      readonly kind: 'caption';
      readonly speaker: 'user' | 'oracle';
      readonly segment: string;
      readonly text: string;
      readonly isFinal: boolean;
      /** The words with their times in ms from the utterance's first sound, where they are known. */
      readonly words?: readonly CaptionWord[] | undefined;
    }
  /** The oracle asks for something that is answered by a touch: `OracleCall.answer`. */
  | { readonly kind: 'question'; readonly question: OracleQuestion }
  /** The question waits for no answer any more: it was answered, the oracle took it back, or its time was over. */
  | {
      readonly kind: 'questionOver';
      readonly questionId: string;
      /** What this client answered. */
      readonly answer?: QuestionAnswer | undefined;
    }
  /** The oracle wrote something; `sentAt` is by its clock, epoch milliseconds. */
  | { readonly kind: 'chat'; readonly text: string; readonly sentAt: number }
  /** The person wrote something, and the oracle has it. */
  | { readonly kind: 'chatSent'; readonly text: string }
  /** What became of the transcript of a call with `keepsTranscript`, told once: it is all in the Matrix room, or not. */
  | { readonly kind: 'transcript'; readonly state: 'kept' }
  | { readonly kind: 'transcript'; readonly state: 'lost'; readonly error: OracleCallError }
  /** What the oracle does, as it says. */
  | { readonly kind: 'oracleState'; readonly state: 'listening' | 'thinking' | 'speaking' }
  /** An own device is off: the person stopped it, here or in the browser's own bar, or it went away. One that is exchanged is told by `localTrack` alone. */
  | {
      readonly kind: 'localTrackEnded';
      readonly source: LocalTrack['source'];
      readonly cause: 'stopped' | 'unplugged';
    }
  /** The device of this label went away. `replaced`: the call goes on with the system's default; `unplugged`: nothing is left of the kind. */
  | {
      readonly kind: 'device';
      readonly device: DeviceKind;
      readonly change: 'unplugged' | 'replaced';
      readonly label: string;
    }
  /** How good the connection is, by this client's own statistics; told when it changes. */
  | { readonly kind: 'quality'; readonly quality: ConnectionQuality }
  /** The oracle's voice comes back in the microphone, and the oracle hears itself. Told once per call. */
  | { readonly kind: 'echo' }
  | { readonly kind: 'reconnecting' }
  | { readonly kind: 'reconnected' };
export type CallNoticeKind = CallNotice['kind'];
export type CallNoticeOf<K extends CallNoticeKind> = Extract<CallNotice, { readonly kind: K }>;

/** Tells observers in the order in which they came. One that throws does not keep the others from hearing. */
export class Notices extends Observers<CallNotice> {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    super();
    this.#logger = logger;
  }

  protected override call(observer: (notice: CallNotice) => void, notice: CallNotice): void {
    try {
      observer(notice);
    } catch {
      this.#logger.error('an observer of the call threw', { notice: notice.kind });
    }
  }
}
