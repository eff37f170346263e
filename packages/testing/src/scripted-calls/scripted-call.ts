import {
  OracleCallError,
  parseCallId,
  type CallId,
  type CallType,
  type Did,
  type EndReason,
  type TimelineMs,
} from '@oracle-calls/protocol';
import type {
  CallNotice,
  CallNoticeKind,
  CallNoticeOf,
  CallSecurity,
  CallState,
  CallStatistics,
  EndedState,
  OracleCall,
  OracleQuestion,
  QuestionAnswer,
} from '@oracle-calls/sdk';
import { Observers } from '@oracle-calls/sdk/core';

/** What the call was asked to do, in order. */
export type ScriptedAsk =
  | { readonly kind: 'chat'; readonly text: string }
  | { readonly kind: 'interrupt' }
  | { readonly kind: 'answer'; readonly questionId: string; readonly answer: QuestionAnswer }
  | { readonly kind: 'compared'; readonly isSame: boolean }
  | { readonly kind: 'microphone' | 'camera' | 'screen'; readonly isOn: boolean };

const NOTHING_KNOWN: CallSecurity = {
  protocolVersion: 3,
  padlock: 'none',
  suite: undefined,
  comparisonCode: undefined,
  hearing: undefined,
  keyState: undefined,
  keysAreIndependent: undefined,
  keyFingerprints: undefined,
  isVerified: false,
  pinsAreKept: true,
};

/** A call that goes as the test says. It keeps the real one's order: a state is there before its notice. */
export class ScriptedCall implements OracleCall {
  readonly type: CallType;
  readonly oracleDid: Did;
  readonly sessionId: string;
  readonly remembers: boolean;
  readonly timeline: TimelineMs = {};
  readonly asked: ScriptedAsk[] = [];
  readonly #observers = new Observers<CallNotice>();
  readonly #live = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<EndedState>();
  #state: CallState = { kind: 'Preparing' };
  #security = NOTHING_KNOWN;
  #isMicrophoneEnabled = true;
  #isCameraEnabled: boolean;
  #isScreenShared = false;
  #isPickerDismissed = false;
  #observed = 0;
  readonly #questions = new Map<string, OracleQuestion>();
  #answer: () => Promise<void> = () => Promise.resolve();
  #closed: Promise<void> = Promise.resolve();

  constructor({
    type,
    oracleDid,
    sessionId,
    remembers,
  }: Pick<OracleCall, 'type' | 'oracleDid' | 'sessionId' | 'remembers'>) {
    this.type = type;
    this.oracleDid = oracleDid;
    this.sessionId = sessionId;
    this.remembers = remembers;
    this.#isCameraEnabled = type === 'video';
    this.#live.promise.catch(() => undefined);
  }

  get state(): CallState {
    return this.#state;
  }
  get callId(): CallId | undefined {
    return 'callId' in this.#state ? this.#state.callId : undefined;
  }
  get security(): CallSecurity {
    return this.#security;
  }
  get questions(): readonly OracleQuestion[] {
    return [...this.#questions.values()];
  }
  get isMicrophoneEnabled(): boolean {
    return this.#isMicrophoneEnabled;
  }
  get isCameraEnabled(): boolean {
    return this.#isCameraEnabled;
  }
  get isScreenShared(): boolean {
    return this.#isScreenShared;
  }

  /** Who listens now: 0 when nothing was left open. */
  get observers(): number {
    return this.#observed;
  }

  /** Goes to `Connecting` and `Live`. */
  live(callId = parseCallId('$scripted@scripted-room')): void {
    this.enter({ kind: 'Connecting', callId, awaiting: ['sfu', 'oracle'] });
    this.enter({ kind: 'Live', callId });
    this.#live.resolve();
  }

  enter(state: CallState): void {
    this.#state = state;
    this.#tell({ kind: 'state', state });
  }

  /** Something became known about the call's security. */
  secure(facts: Partial<CallSecurity>): void {
    this.#security = { ...this.#security, ...facts };
    this.#tell({ kind: 'security', security: this.#security });
  }

  /** The oracle asks for something by touch. */
  ask(question: OracleQuestion): void {
    this.#questions.set(question.id, question);
    this.#tell({ kind: 'question', question });
  }

  /** The oracle waits for this answer no more, or has it. */
  closeQuestion(questionId: string, answer?: QuestionAnswer): void {
    if (this.#questions.delete(questionId)) this.#tell({ kind: 'questionOver', questionId, answer });
  }

  /** Any other notice. */
  tell(notice: Exclude<CallNotice, { readonly kind: 'state' | 'security' | 'question' | 'questionOver' }>): void {
    this.#tell(notice);
  }

  /** The other side or the network ends the call: told as the real one tells it. */
  end(reason: EndReason, error?: OracleCallError): void {
    if (error !== undefined) this.#tell({ kind: 'error', error });
    void this.#finish(reason, error);
  }

  /** Keeps `endCall` in `Ending` until released. */
  holdEnding(): { release(): void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#closed = promise;
    return { release: resolve };
  }

  /** What is asked of the call from now on fails so; without an error it succeeds again. */
  refuse(error?: OracleCallError): void {
    this.#answer = () => (error === undefined ? Promise.resolve() : Promise.reject(error));
  }

  /** The person closes the browser's next picker of screens. */
  dismissPicker(): void {
    this.#isPickerDismissed = true;
  }

  observe(listener: (notice: CallNotice) => void): Disposable {
    this.#observed += 1;
    const observation = this.#observers.observe(listener);
    return {
      [Symbol.dispose]: () => {
        this.#observed -= 1;
        observation[Symbol.dispose]();
      },
    };
  }

  on<K extends CallNoticeKind>(kind: K, listener: (notice: CallNoticeOf<K>) => void): Disposable {
    const isOfKind = (notice: CallNotice): notice is CallNoticeOf<K> => notice.kind === kind;
    return this.observe((notice) => {
      if (isOfKind(notice)) listener(notice);
    });
  }

  whenLive(): Promise<void> {
    return this.#live.promise;
  }

  whenEnded(): Promise<EndedState> {
    return this.#ended.promise;
  }

  async statistics(): Promise<CallStatistics> {
    return { encrypted: this.#security.padlock !== 'none', tracks: [] };
  }

  async setMicrophoneEnabled(isOn: boolean): Promise<void> {
    this.#isMicrophoneEnabled = isOn;
    await this.#ask({ kind: 'microphone', isOn });
  }

  async setCameraEnabled(isOn: boolean): Promise<void> {
    await this.#ask({ kind: 'camera', isOn });
    this.#isCameraEnabled = isOn;
  }

  async setScreenShared(isOn: boolean): Promise<void> {
    await this.#ask({ kind: 'screen', isOn });
    this.#isScreenShared = isOn && !this.#isPickerDismissed;
    this.#isPickerDismissed = false;
  }

  async sendChat(text: string): Promise<void> {
    await this.#ask({ kind: 'chat', text });
    this.#tell({ kind: 'chatSent', text });
  }

  async answer(questionId: string, answer: QuestionAnswer): Promise<void> {
    if (!this.#questions.has(questionId)) throw new OracleCallError('ERR_CALL_QUESTION');
    await this.#ask({ kind: 'answer', questionId, answer });
    this.closeQuestion(questionId, answer);
  }

  interrupt(): Promise<void> {
    return this.#ask({ kind: 'interrupt' });
  }

  async confirmComparisonCode(isSame: boolean): Promise<void> {
    await this.#ask({ kind: 'compared', isSame });
    if (isSame) this.secure({ isVerified: true, padlock: 'verified' });
  }

  endCall(reason?: EndReason): Promise<EndedState> {
    void this.#finish(reason ?? (this.#state.kind === 'Live' ? 'hangup' : 'cancelled'), undefined);
    return this.#ended.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.endCall();
  }

  async #finish(reason: EndReason, error: OracleCallError | undefined): Promise<void> {
    if (this.#state.kind === 'Ending' || this.#state.kind === 'Ended') return;
    const { callId } = this;
    for (const { id } of this.questions) this.closeQuestion(id);
    this.enter({ kind: 'Ending', callId, reason, error });
    await this.#closed;
    const ended: EndedState = { kind: 'Ended', callId, reason, error };
    this.enter(ended);
    this.#live.reject(error);
    this.#ended.resolve(ended);
  }

  #ask(asked: ScriptedAsk): Promise<void> {
    this.asked.push(asked);
    return this.#answer();
  }

  #tell(notice: CallNotice): void {
    this.#observers.tell(notice);
  }
}
