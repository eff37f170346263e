import type { CallId, CallType, Did, EndReason, TimelineMs } from '@oracle-calls/protocol';
import type { TrackStatistics } from '../media/sfu-port.ts';
import type { CallSecurity } from '../security/call-security.ts';
import type { CallNotice, CallNoticeKind, CallNoticeOf } from './notices.ts';
import type { CallState, EndedState } from './call-state.ts';
import type { OracleQuestion, QuestionAnswer } from './oracle-question.ts';

/** What to call, and how. */
export interface CallOptions {
  readonly type: CallType;
  readonly oracleDid: string;
  /** The oracle's chat session that the call belongs to; a fresh one when absent. */
  readonly sessionId?: string | undefined;
  /** A wish: the voice the oracle is to speak with. */
  readonly agentVoice?: string | undefined;
  /** A wish: BCP 47 tag of the language to speak. */
  readonly language?: string | undefined;
  /** The oracle's ring that this call answers: the id of its event, bound into what the user signs. */
  readonly ringEventId?: string | undefined;
  /**
   * The person wants what is said and written to be kept: sealed to their account, in the encrypted Matrix room. False when absent. `transcript` notices
   * tell what became of it.
   */
  readonly keepsTranscript?: boolean | undefined;
  /**
   * False: the oracle is told, under the call's keys, to keep nothing of this call in its memory; what it remembers of earlier ones stays. True when absent,
   * which means something only where the oracle remembers at all.
   */
  readonly remembers?: boolean | undefined;
}

export interface CallStatistics {
  /**
   * True after a confirmed handshake, when this client's own frame cryptors sit on every track and have since sealed and opened frames:
   * this end's half of "encrypted".
   */
  readonly encrypted: boolean;
  readonly tracks: readonly TrackStatistics[];
}

/** One call to an oracle. */
export interface OracleCall extends AsyncDisposable {
  readonly type: CallType;
  readonly oracleDid: Did;
  readonly sessionId: string;
  /** As it was asked for: false when the oracle is told to keep nothing of this call. */
  readonly remembers: boolean;
  readonly state: CallState;
  /** `eventId@roomId`; known once Matrix has taken the call event. */
  readonly callId: CallId | undefined;
  /** Milliseconds since the click, for the stages that have happened. */
  readonly timeline: TimelineMs;
  /** False when muted, and when there is no microphone any more. */
  readonly isMicrophoneEnabled: boolean;
  readonly isCameraEnabled: boolean;
  readonly isScreenShared: boolean;
  /** What is known about the call's security; `security` notices tell each change. */
  readonly security: CallSecurity;
  /** What the oracle asks and waits for, oldest first; `question` and `questionOver` notices tell each change. */
  readonly questions: readonly OracleQuestion[];
  /** Hears every notice from now on. Dispose to stop. */
  observe(listener: (notice: CallNotice) => void): Disposable;
  /** Hears the notices of one kind from now on. Dispose to stop. */
  on<K extends CallNoticeKind>(kind: K, listener: (notice: CallNoticeOf<K>) => void): Disposable;
  /**
   * Resolves once both sides are connected and encrypted.
   *
   * @throws {OracleCallError} the call's error when it failed, `ERR_CALL_ENDED` when it ended otherwise; an abort's reason.
   */
  whenLive(): Promise<void>;
  /** Resolves when nothing of the call is open any more. Never rejects: the state says what happened. */
  whenEnded(): Promise<EndedState>;
  statistics(): Promise<CallStatistics>;
  /**
   * Mutes or unmutes, also before the call is connected. The oracle is told. After the microphone was unplugged, unmuting looks for another.
   *
   * @throws {OracleCallError} `ERR_MEDIA_DEVICE` when there is none
   */
  setMicrophoneEnabled(isEnabled: boolean): Promise<void>;
  /**
   * Switches the camera on or off, in calls of either type; off is off: its light goes out.
   *
   * @throws {OracleCallError} `ERR_MEDIA_DEVICE`, `ERR_MEDIA_CONNECT`; `ERR_CALL_ENDED` when the call is over
   */
  setCameraEnabled(isEnabled: boolean): Promise<void>;
  /**
   * Shares a screen, window or tab that the person picks, or ends that. Call it from a click. A person who dismisses the browser's picker is no
   * error: `isScreenShared` says what came of it.
   *
   * @throws as `setCameraEnabled`
   */
  setScreenShared(isShared: boolean): Promise<void>;
  /**
   * Writes to the oracle, sealed under the call's data key; sent again until it arrived.
   *
   * @throws {OracleCallError} `ERR_KEY_MISSING` before the call has an id, `ERR_DATA_MALFORMED` for an empty or too long text
   */
  sendChat(text: string): Promise<void>;
  /**
   * Answers a question of the oracle's by touch, sealed; sent again until it arrived. The first answer counts. Call it only when a person touched that answer:
   * it may let a tool be used.
   *
   * @throws {OracleCallError} `ERR_CALL_QUESTION` when the question waits for no answer any more
   * @throws {TypeError} for an answer that it does not offer
   */
  answer(questionId: string, answer: QuestionAnswer): Promise<void>;
  /** Asks the oracle to stop speaking. @throws {OracleCallError} `ERR_KEY_MISSING` before the call has an id */
  interrupt(): Promise<void>;
  /**
   * Says what came of comparing `security.comparisonCode` with the oracle's over another channel. `true` is remembered for these keys;
   * `false` ends the call as `ERR_HANDSHAKE_COMPARISON`.
   *
   * @throws {TypeError} when there is no code to compare
   * @throws {OracleCallError} `ERR_KEY_CHANGED` when other keys have been accepted meanwhile
   */
  confirmComparisonCode(isSame: boolean): Promise<void>;
  /** Hangs up: `hangup`, or `cancelled` before the call was live, unless a reason is given. Idempotent. */
  endCall(reason?: EndReason): Promise<EndedState>;
}
