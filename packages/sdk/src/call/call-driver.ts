import {
  OracleCallError,
  withLogFields,
  type CallId,
  type CallType,
  type Clock,
  type Did,
  type EndReason,
  type Logger,
  type TimelineMs,
} from '@oracle-calls/protocol';
import { CallAttempt, type ParsedCallOptions } from './call-attempt.ts';
import type { AnnouncedCall } from './call-announcement.ts';
import type { CallSecurity } from '../security/call-security.ts';
import type { CallDeps } from './call-deps.ts';
import { step, type CallEffect, type CallInput } from './call-machine.ts';
import type { CallState, EndedState } from './call-state.ts';
import { CallTimeline } from './call-timeline.ts';
import { CallTrace } from './call-trace.ts';
import { reasonOf } from './end-reasons.ts';
import { Notices, type CallNotice, type CallNoticeKind, type CallNoticeOf } from './notices.ts';
import type { CallStatistics, OracleCall } from './oracle-call.ts';
import type { OracleQuestion, QuestionAnswer } from './oracle-question.ts';

/** Everything from the click to both sides being connected, retries included, must fit in this. */
export const CONNECTING_MAX_MS = 60_000;

/** Performs the effects of the call machine and feeds it with what happens. */
export class CallDriver implements OracleCall {
  readonly #options: ParsedCallOptions;
  readonly #logger: Logger;
  readonly #now: () => number;
  readonly #forget: (callId: CallId) => void;
  readonly #notices: Notices;
  readonly #timeline: CallTimeline;
  readonly #trace: CallTrace;
  readonly #attempt: CallAttempt;
  readonly #live = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<EndedState>();
  readonly #overdue: Disposable;
  readonly #abandon: Disposable;
  #state: CallState = { kind: 'Idle' };

  constructor(deps: CallDeps, options: ParsedCallOptions, signal?: AbortSignal) {
    const clock: Clock = deps.clock;
    const clickAt = clock.now();
    this.#trace = new CallTrace(deps.tracer, clickAt);
    const { traceparent, traceId } = this.#trace;
    const logger = withLogFields(deps.logger, { traceId });
    this.#options = options;
    this.#logger = logger;
    this.#now = () => clock.now();
    this.#forget = (callId) => deps.interrupted.forget(callId);
    this.#notices = new Notices(logger);
    this.#timeline = new CallTimeline(clock, (stage, timeline) => {
      this.#trace.reached(stage, clickAt + (timeline[stage] ?? 0));
      this.#notices.tell({ kind: 'timeline', stage, timeline });
    });
    this.#attempt = new CallAttempt({ ...deps, logger, traceparent }, options, this.#timeline, {
      dispatch: (input) => this.#dispatch(input),
      fail: (error, reason) => this.#fail(error, reason),
      tell: (notice) => this.#notices.tell(notice),
    });
    // Nobody need await it.
    this.#live.promise.catch(() => undefined);
    this.#overdue = clock.after(CONNECTING_MAX_MS, () => this.#fail(new OracleCallError('ERR_UPSTREAM_TIMEOUT')));
    this.#abandon = onAbort(signal, (reason) => {
      this.#live.reject(reason);
      void this.endCall();
    });
  }

  get type(): CallType {
    return this.#options.type;
  }
  get oracleDid(): Did {
    return this.#options.oracleDid;
  }
  get sessionId(): string {
    return this.#options.sessionId;
  }

  get remembers(): boolean {
    return this.#options.remembers !== false;
  }

  get state(): CallState {
    return this.#state;
  }
  get callId(): CallId | undefined {
    return 'callId' in this.#state ? this.#state.callId : undefined;
  }
  get timeline(): TimelineMs {
    return this.#timeline.times;
  }
  get isMicrophoneEnabled(): boolean {
    return !this.#attempt.own.isMuted;
  }
  get isCameraEnabled(): boolean {
    return this.#attempt.own.hasCamera;
  }
  get isScreenShared(): boolean {
    return this.#attempt.own.find('screen') !== undefined;
  }

  get security(): CallSecurity {
    return this.#attempt.security;
  }

  get questions(): readonly OracleQuestion[] {
    return this.#attempt.questions;
  }

  observe(listener: (notice: CallNotice) => void): Disposable {
    return this.#notices.observe(listener);
  }

  on<K extends CallNoticeKind>(kind: K, listener: (notice: CallNoticeOf<K>) => void): Disposable {
    const isOfKind = (notice: CallNotice): notice is CallNoticeOf<K> => notice.kind === kind;
    return this.#notices.observe((notice) => {
      if (isOfKind(notice)) listener(notice);
    });
  }

  /** Where the call's event is. */
  get announced(): AnnouncedCall | undefined {
    return this.#attempt.announced;
  }

  /** Has the oracle forget the call's session; nothing of the call is kept. */
  forgetMemory(): Promise<void> {
    return this.#attempt.forgetMemory();
  }

  /** For what belongs to the call and lives outside of it. */
  tell(notice: CallNotice): void {
    this.#notices.tell(notice);
  }

  whenLive(): Promise<void> {
    return this.#live.promise;
  }

  whenEnded(): Promise<EndedState> {
    return this.#ended.promise;
  }

  /** Begins; called once, at the click. */
  start(): void {
    this.#dispatch({ kind: 'start' });
  }

  endCall(reason?: EndReason): Promise<EndedState> {
    this.#dispatch({ kind: 'end', reason: reason ?? (this.#state.kind === 'Live' ? 'hangup' : 'cancelled') });
    return this.#ended.promise;
  }

  async setMicrophoneEnabled(isEnabled: boolean): Promise<void> {
    await this.#attempt.setMuted(!isEnabled);
  }

  setCameraEnabled(isEnabled: boolean): Promise<void> {
    return this.#attempt.own.change((changes) => changes.setCamera(isEnabled));
  }

  setScreenShared(isShared: boolean): Promise<void> {
    return this.#attempt.own.change((changes) => changes.setScreen(isShared));
  }

  statistics(): Promise<CallStatistics> {
    return this.#attempt.statistics();
  }

  async sendChat(text: string): Promise<void> {
    await this.#attempt.say({ kind: 'chat', text, sentAt: this.#now() });
    this.tell({ kind: 'chatSent', text });
  }

  interrupt(): Promise<void> {
    return this.#attempt.say({ kind: 'control', action: 'interrupt' });
  }

  answer(questionId: string, answer: QuestionAnswer): Promise<void> {
    return this.#attempt.answer(questionId, answer);
  }

  confirmComparisonCode(isSame: boolean): Promise<void> {
    return this.#attempt.compared(isSame);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.endCall();
  }

  #dispatch(input: CallInput): void {
    const { state, effects } = step(this.#state, input);
    if (state !== this.#state) {
      this.#state = state;
      this.#logger.info('call state', { state: state.kind, reason: 'reason' in state ? state.reason : undefined });
      if (state.kind === 'Ended') this.#timeline.mark('ended');
      this.#notices.tell({ kind: 'state', state });
    }
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: CallEffect): void {
    switch (effect) {
      case 'prepare':
        this.#attempt.prepare();
        return;
      case 'open':
        this.#attempt.open();
        return;
      case 'watchOracle':
        this.#attempt.expectOracle();
        return;
      case 'live':
        this.#overdue[Symbol.dispose]();
        this.#live.resolve();
        return;
      case 'close':
        void this.#close();
        return;
      case 'finished':
        this.#finish();
        return;
    }
  }

  #fail(error: OracleCallError, reason: EndReason = reasonOf(error)): void {
    if (this.#state.kind === 'Ending' || this.#state.kind === 'Ended') return;
    this.#logger.warn('call failed', { code: error.code, reason });
    this.#notices.tell({ kind: 'error', error });
    this.#dispatch({ kind: 'end', reason, error });
  }

  async #close(): Promise<void> {
    await this.#attempt.close('reason' in this.#state ? this.#state.reason : 'cancelled');
    const { callId } = this;
    if (callId !== undefined) this.#forget(callId);
    this.#dispatch({ kind: 'closed' });
  }

  #finish(): void {
    this.#overdue[Symbol.dispose]();
    this.#abandon[Symbol.dispose]();
    if (this.#state.kind !== 'Ended') return;
    this.#trace.ended(this.#state.reason, this.#state.error?.code);
    this.#live.reject(this.#state.error ?? new OracleCallError('ERR_CALL_ENDED'));
    this.#ended.resolve(this.#state);
  }
}

function onAbort(signal: AbortSignal | undefined, listener: (reason: Error) => void): Disposable {
  const abort = (): void => listener(signal?.reason as Error);
  signal?.addEventListener('abort', abort, { once: true });
  return { [Symbol.dispose]: () => signal?.removeEventListener('abort', abort) };
}
