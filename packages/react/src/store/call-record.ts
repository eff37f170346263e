import { toOracleCallError, type Clock } from '@oracle-calls/protocol';
import type {
  CallNotice,
  CallNoticeOf,
  CallSecurity,
  CallState,
  ConnectionQuality,
  LocalTrack,
  OracleCall,
  OracleQuestion,
  QuestionAnswer,
  RemoteTrack,
} from '@oracle-calls/sdk';
import { withCaption, type Caption } from './captions.ts';
import { Cell, Signal, type Source } from './cell.ts';
import { withMessage, withStatus, type ChatMessage } from './chat.ts';
import { isWarning, withoutWarnings, withWarning, type CallWarning } from './warnings.ts';

/** When a call was live: epoch milliseconds by this machine's clock. */
export interface CallTimes {
  readonly liveAt: number | undefined;
  readonly endedAt: number | undefined;
}

/** Told once a call with `keepsTranscript` is over: it is all in the Matrix room, or not. */
export type TranscriptOutcome = Extract<CallNotice, { readonly kind: 'transcript' }>;

export type OracleActivity = 'listening' | 'thinking' | 'speaking';

/**
 * What one call has told so far. It listens from the moment at which it is made, so that a component that mounts later has missed nothing, and
 * for good: what became of a transcript is told after the end. The call is the SDK's: a record never ends it, and goes with it.
 */
export class CallRecord {
  readonly call: OracleCall;
  readonly state: Cell<CallState>;
  /** False when the oracle was told to keep nothing of the call. */
  readonly remembers: boolean;
  readonly security: Cell<CallSecurity>;
  readonly captions = new Cell<readonly Caption[]>([]);
  readonly chat = new Cell<readonly ChatMessage[]>([]);
  readonly localTracks = new Cell<readonly LocalTrack[]>([]);
  readonly remoteTracks = new Cell<readonly RemoteTrack[]>([]);
  readonly quality = new Cell<ConnectionQuality | undefined>(undefined);
  readonly oracleActivity = new Cell<OracleActivity | undefined>(undefined);
  readonly isReconnecting = new Cell(false);
  /** What became of the transcript of a call that keeps one. */
  readonly transcript = new Cell<TranscriptOutcome | undefined>(undefined);
  /** What the oracle asks by touch and waits for, oldest first. */
  readonly questions: Cell<readonly OracleQuestion[]>;
  readonly warnings = new Cell<readonly CallWarning[]>([]);
  readonly times: Cell<CallTimes>;
  readonly isMicrophoneEnabled: Source<boolean>;
  readonly isCameraEnabled: Source<boolean>;
  readonly isScreenShared: Source<boolean>;
  readonly #clock: Clock;
  readonly #switched = new Signal();
  #lastId = 0;

  constructor(call: OracleCall, clock: Clock) {
    this.call = call;
    this.#clock = clock;
    this.state = new Cell(call.state);
    this.remembers = call.remembers;
    this.security = new Cell(call.security);
    this.questions = new Cell(call.questions);
    this.times = new Cell({ liveAt: call.state.kind === 'Live' ? clock.now() : undefined, endedAt: undefined });
    const { subscribe } = this.#switched;
    this.isMicrophoneEnabled = { read: () => call.isMicrophoneEnabled, subscribe };
    this.isCameraEnabled = { read: () => call.isCameraEnabled, subscribe };
    this.isScreenShared = { read: () => call.isScreenShared, subscribe };
    call.observe((notice) => this.#hear(notice));
    if (call.state.kind === 'Ended') this.#end();
  }

  /** @throws as `OracleCall.sendChat`; the message stays in the chat as `failed` */
  readonly sendChat = async (text: string): Promise<void> => {
    const id = this.#nextId();
    const at = this.#clock.now();
    this.chat.write(withMessage(this.chat.read(), { id, from: 'user', text, at, status: 'sending' }));
    try {
      await this.call.sendChat(text);
      this.chat.write(withStatus(this.chat.read(), id, 'sent'));
    } catch (error) {
      this.chat.write(withStatus(this.chat.read(), id, 'failed'));
      throw error;
    }
  };

  /** @throws as `OracleCall.answer` */
  readonly answer = (questionId: string, answer: QuestionAnswer): Promise<void> => this.call.answer(questionId, answer);

  readonly setMicrophoneEnabled = (isEnabled: boolean): Promise<void> =>
    this.#switch(() => this.call.setMicrophoneEnabled(isEnabled));

  readonly setCameraEnabled = (isEnabled: boolean): Promise<void> =>
    this.#switch(() => this.call.setCameraEnabled(isEnabled));

  readonly setScreenShared = (isShared: boolean): Promise<void> =>
    this.#switch(() => this.call.setScreenShared(isShared));

  readonly dismissWarning = (id: number): void => {
    this.warnings.write(withoutWarnings(this.warnings.read(), (warning) => warning.id === id));
  };

  /** What fails is a warning too: whoever pressed the button may have no place to say so. */
  async #switch(change: () => Promise<void>): Promise<void> {
    try {
      const done = change();
      this.#switched.tell();
      await done;
    } catch (error) {
      this.#warn({ kind: 'error', error: toOracleCallError(error) });
      throw error;
    } finally {
      this.#switched.tell();
    }
  }

  #hear(notice: CallNotice): void {
    if (isWarning(notice)) this.#warn(notice);
    switch (notice.kind) {
      case 'state':
        this.#enter(notice.state);
        break;
      case 'security':
        this.security.write(notice.security);
        break;
      case 'caption':
        this.captions.write(withCaption(this.captions.read(), notice, this.#clock.now()));
        break;
      case 'chat': {
        const { text, sentAt: at } = notice;
        const message = { id: this.#nextId(), from: 'oracle', text, at, status: 'sent' } as const;
        this.chat.write(withMessage(this.chat.read(), message));
        break;
      }
      case 'chatSent':
        this.#hasArrived(notice.text);
        break;
      case 'questionOver':
        this.#chose(notice);
        this.questions.write(this.call.questions);
        break;
      case 'question':
        this.questions.write(this.call.questions);
        break;
      case 'transcript':
        this.transcript.write(notice);
        break;
      case 'localTrack': {
        const { track } = notice;
        this.localTracks.write([...this.localTracks.read().filter(({ source }) => source !== track.source), track]);
        break;
      }
      case 'localTrackEnded':
        this.localTracks.write(this.localTracks.read().filter(({ source }) => source !== notice.source));
        break;
      case 'remoteTrack':
        this.remoteTracks.write([...this.remoteTracks.read().filter(isBeside(notice.track)), notice.track]);
        break;
      case 'quality':
        this.quality.write(notice.quality);
        break;
      case 'oracleState':
        this.oracleActivity.write(notice.state);
        break;
      case 'reconnecting':
        this.isReconnecting.write(true);
        break;
      case 'reconnected':
        this.isReconnecting.write(false);
        break;
      case 'timeline':
      case 'error':
      case 'stranger':
      case 'undecryptable':
      case 'keysRotated':
      case 'hearingChanged':
      case 'device':
      case 'echo':
        break;
    }
    // The SDK switches devices by itself as well: one that was unplugged, a share that the browser's own bar ended.
    this.#switched.tell();
  }

  /** What was written through the call itself, not through {@link sendChat}, stands in the chat as well. */
  #hasArrived(text: string): void {
    const chat = this.chat.read();
    const own = chat.find((message) => message.status === 'sending' && message.text === text);
    if (own !== undefined) this.chat.write(withStatus(chat, own.id, 'sent'));
    else {
      const id = this.#nextId();
      this.chat.write(withMessage(chat, { id, from: 'user', text, at: this.#clock.now(), status: 'sent' }));
    }
  }

  /** A quick reply is something that the person said: it stands in the chat like what they wrote. */
  #chose({ questionId, answer }: CallNoticeOf<'questionOver'>): void {
    const question = this.questions.read().find(({ id }) => id === questionId);
    if (question?.asks !== 'choice' || answer?.answers !== 'choice') return;
    const chosen = question.choices.find(({ key }) => key === answer.key);
    if (chosen === undefined) return;
    const message = { from: 'user', text: chosen.label, at: this.#clock.now(), status: 'sent' } as const;
    this.chat.write(withMessage(this.chat.read(), { ...message, id: this.#nextId() }));
  }

  #enter(state: CallState): void {
    this.state.write(state);
    if (state.kind === 'Live' && this.times.read().liveAt === undefined) {
      this.times.write({ liveAt: this.#clock.now(), endedAt: undefined });
    }
    if (state.kind !== 'Ending' && state.kind !== 'Ended') return;
    // The error that ended the call is the state's to show.
    const isTheEnd = ({ notice }: CallWarning): boolean => notice.kind === 'error' && notice.error === state.error;
    this.warnings.write(withoutWarnings(this.warnings.read(), isTheEnd));
    this.#stopClock();
    if (state.kind === 'Ended') this.#end();
  }

  #stopClock(): void {
    const { liveAt, endedAt } = this.times.read();
    if (endedAt === undefined) this.times.write({ liveAt, endedAt: this.#clock.now() });
  }

  /** Devices are off and nobody is connected any more; what was said stays to be read. */
  #end(): void {
    this.#stopClock();
    this.localTracks.write([]);
    this.remoteTracks.write([]);
    this.quality.write(undefined);
    this.oracleActivity.write(undefined);
    this.isReconnecting.write(false);
  }

  #warn(notice: CallWarning['notice']): void {
    const warning = { id: this.#nextId(), at: this.#clock.now(), notice };
    this.warnings.write(withWarning(this.warnings.read(), warning));
  }

  #nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }
}

/** A restarted oracle's tracks take the place of those before, as does a track that is announced again. */
const isBeside =
  (latest: RemoteTrack) =>
  ({ participantIdentity, trackId, mediaStreamTrack }: RemoteTrack): boolean =>
    participantIdentity === latest.participantIdentity &&
    trackId !== latest.trackId &&
    mediaStreamTrack?.readyState !== 'ended';

const records = new WeakMap<OracleCall, CallRecord>();

/** The one record of a call. It lives as long as the call does, whichever components come and go. */
export function recordOf(call: OracleCall, clock: Clock): CallRecord {
  const known = records.get(call);
  if (known !== undefined) return known;
  const record = new CallRecord(call, clock);
  records.set(call, record);
  return record;
}
