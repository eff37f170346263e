import {
  createCallKey,
  createSfuRoomName,
  deriveMediaKey,
  isOracleCallError,
  OracleCallError,
  type CallId,
  type CallType,
  type Did,
  type EndReason,
  type SfuRoomName,
  type TimelineMs,
} from '@oracle-calls/protocol';
import type { BackendClient } from '../backend-client/backend-client.ts';
import type { LocalTrack } from '../devices/devices-port.ts';
import { LevelMeter } from '../media/level-meter.ts';
import type { RemoteTrack, SfuConnection } from '../media/sfu-port.ts';
import type { Oracle } from '../oracle/oracle-directory.ts';
import { CallAnnouncement } from './call-announcement.ts';
import type { CallDeps } from './call-deps.ts';
import { step, type CallEffect, type CallInput } from './call-machine.ts';
import type { CallState, EndedState } from './call-state.ts';
import { CallTimeline } from './call-timeline.ts';
import { errorOf, reasonOf, toOracleCallError } from './end-reasons.ts';
import { Notices, type CallNotice, type CallNoticeKind, type CallNoticeOf } from './notices.ts';
import type { CallOptions, CallStatistics, OracleCall } from './oracle-call.ts';
import { OracleAnswers } from './oracle-answers.ts';
import { CLOSING_REASON_MS, OraclePresence } from './oracle-presence.ts';
import { tearDown } from './tear-down.ts';

/** Everything from the click to both sides being connected, retries included, must fit in this. */
export const CONNECTING_MAX_MS = 60_000;

export interface ParsedCallOptions extends CallOptions {
  readonly oracleDid: string & Did;
  readonly sessionId: string;
}

/** What a call holds while it is being opened and open. Each is closed exactly once, by the tear-down. */
interface Held {
  oracle?: Oracle;
  connection?: SfuConnection;
  presence?: OraclePresence;
  answers?: OracleAnswers;
  announcement?: CallAnnouncement;
  meter?: LevelMeter;
  tracks: readonly LocalTrack[];
  readonly playing: Map<string, Disposable>;
}

/**
 * Performs the effects of the call machine and feeds it with what happens. One attempt, one signal: everything that opens the
 * call runs under `#attempt`, which aborts as soon as the call is ending.
 */
export class CallDriver implements OracleCall {
  readonly #deps: CallDeps;
  readonly #options: ParsedCallOptions;
  readonly #notices: Notices;
  readonly #timeline: CallTimeline;
  readonly #sfuRoomName: SfuRoomName = createSfuRoomName();
  readonly #callKey = createCallKey();
  readonly #sendingKey = deriveMediaKey(this.#callKey, this.#sfuRoomName, 'user-to-oracle');
  readonly #oracleKey = deriveMediaKey(this.#callKey, this.#sfuRoomName, 'oracle-to-user');
  readonly #attempt = new AbortController();
  readonly #startedAt: string;
  readonly #live = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<EndedState>();
  readonly #held: Held = { tracks: [], playing: new Map() };
  readonly #overdue: Disposable;
  readonly #abandon: Disposable;
  #state: CallState = { kind: 'Idle' };
  #isMicrophoneEnabled = true;
  #capture: Promise<readonly LocalTrack[]> | undefined;
  #isOverForOthers = false;

  constructor(deps: CallDeps, options: ParsedCallOptions, signal?: AbortSignal) {
    this.#deps = deps;
    this.#options = options;
    this.#notices = new Notices(deps.logger);
    this.#timeline = new CallTimeline(deps.clock, (stage, timeline) =>
      this.#notices.tell({ kind: 'timeline', stage, timeline }),
    );
    this.#startedAt = new Date(deps.clock.now()).toISOString();
    // Nobody need await either promise.
    this.#live.promise.catch(() => undefined);
    this.#overdue = deps.clock.after(CONNECTING_MAX_MS, () => {
      if (this.#state.kind !== 'Live') this.#fail(new OracleCallError('ERR_UPSTREAM_TIMEOUT'));
    });
    this.#abandon = onAbort(signal, (reason) => {
      this.#live.reject(reason);
      void this.endCall();
    });
  }

  get type(): CallType {
    return this.#options.type;
  }
  get sessionId(): string {
    return this.#options.sessionId;
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
    return this.#isMicrophoneEnabled;
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
    this.#isMicrophoneEnabled = isEnabled;
    await this.#applyMute();
  }

  async statistics(): Promise<CallStatistics> {
    const tracks = (await this.#held.connection?.statistics()) ?? [];
    const isFlowing = (direction: 'sent' | 'received'): boolean =>
      tracks.some((track) => track.direction === direction && track.packets > 0);
    const encrypted = isFlowing('sent') && isFlowing('received') && tracks.every((track) => track.isEncrypted);
    return { encrypted, tracks };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.endCall();
  }

  #dispatch(input: CallInput): void {
    const { state, effects } = step(this.#state, input);
    if (state !== this.#state) {
      this.#state = state;
      this.#deps.logger.info('call state', {
        state: state.kind,
        ...('reason' in state ? { reason: state.reason } : {}),
      });
      if (state.kind === 'Ended') this.#timeline.mark('ended');
      this.#notices.tell({ kind: 'state', state });
    }
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: CallEffect): void {
    switch (effect) {
      case 'prepare':
        this.#inAttempt((signal) => this.#prepare(signal));
        return;
      case 'open':
        this.#open();
        return;
      case 'watchOracle':
        this.#held.presence?.expectOracle();
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

  /** Runs a part of the set-up; its failure ends the call, unless the call is ending anyway. */
  #inAttempt(work: (signal: AbortSignal) => Promise<void>): void {
    const { signal } = this.#attempt;
    work(signal).catch((error: unknown) => {
      if (!signal.aborted) this.#fail(toOracleCallError(error));
    });
  }

  #fail(error: OracleCallError, reason: EndReason = reasonOf(error)): void {
    if (this.#state.kind === 'Ending' || this.#state.kind === 'Ended') return;
    this.#deps.logger.warn('call failed', { code: error.code, reason });
    this.#notices.tell({ kind: 'error', error });
    this.#dispatch({ kind: 'end', reason, error });
  }

  async #prepare(signal: AbortSignal): Promise<void> {
    if (!this.#deps.sfu.isSupported()) throw new OracleCallError('ERR_MEDIA_UNSUPPORTED');
    this.#capture = this.#deps.devices.capture(this.type, { signal });
    // Awaited again when the SFU is connected; a refusal is to be known at once.
    this.#inAttempt(() => this.#showOwnTracks());
    // The frame cryptor's worker loads while the DID is resolved.
    const connection = this.#deps.sfu.create();
    this.#held.connection = connection;
    const oracle = await this.#deps.findOracle(this.#options.oracleDid, signal);
    signal.throwIfAborted();
    this.#held.oracle = oracle;
    this.#dispatch({ kind: 'oracleResolved' });
  }

  async #showOwnTracks(): Promise<void> {
    const tracks = (await this.#capture) ?? [];
    if (this.#attempt.signal.aborted) return;
    for (const track of tracks) this.#notices.tell({ kind: 'localTrack', track });
  }

  #open(): void {
    const { oracle, connection } = this.#held;
    if (oracle === undefined || connection === undefined) return;
    this.#inAttempt((signal) => this.#connect(oracle, connection, signal));
    this.#inAttempt((signal) => this.#announce(oracle, signal));
  }

  async #connect(oracle: Oracle, connection: SfuConnection, signal: AbortSignal): Promise<void> {
    this.#held.presence = new OraclePresence({
      connection,
      clock: this.#deps.clock,
      oracleKey: this.#oracleKey,
      events: {
        joined: () => this.#timeline.mark('agentJoined'),
        attached: (track) => this.#attach(track),
        stranger: (participantIdentity) => this.#notices.tell({ kind: 'stranger', participantIdentity }),
        undecryptable: (participantIdentity) => this.#notices.tell({ kind: 'undecryptable', participantIdentity }),
        reconnecting: () => this.#notices.tell({ kind: 'reconnecting' }),
        reconnected: () => this.#notices.tell({ kind: 'reconnected' }),
        warned: (error) => this.#notices.tell({ kind: 'error', error }),
        lost: (reason, error) => this.#fail(error, reason),
        closedByOthers: () => this.#dispatch({ kind: 'end', reason: 'completed' }),
      },
    });
    const backend = this.#deps.backendAt(oracle.backendUrl);
    const invitation = await backend.requestJoinToken(this.#sfuRoomName, oracle.did, { signal });
    this.#timeline.mark('joinToken');
    await connection.connect({ ...invitation, sendingKey: this.#sendingKey, signal });
    signal.throwIfAborted();
    this.#timeline.mark('sfuConnected');
    this.#dispatch({ kind: 'sfuConnected' });
    this.#held.tracks = (await this.#capture) ?? [];
    signal.throwIfAborted();
    await this.#applyMute();
    for (const track of this.#held.tracks) {
      await connection.publish(track);
      signal.throwIfAborted();
    }
    await this.#applyMute();
  }

  async #announce(oracle: Oracle, signal: AbortSignal): Promise<void> {
    const { matrix } = this.#deps;
    const answers = new OracleAnswers(matrix, oracle.matrixUserId, ({ callStatus, endReason = 'completed' }) => {
      if (callStatus === 'ended') this.#endedByOracle(endReason);
    });
    this.#held.answers = answers;
    const [encryptionKey, userDid, matrixRoomId] = await Promise.all([
      this.#deps.seal(this.#callKey, oracle.envelopePublicKey),
      this.#deps.userDid(),
      matrix.findOrCreateRoom(oracle.matrixUserId, { signal }),
    ]);
    signal.throwIfAborted();
    const { type, sessionId, agentVoice, language } = this.#options;
    const announcement = new CallAnnouncement(matrix, matrixRoomId, {
      callType: type,
      callStatus: 'pending',
      callStartedAt: this.#startedAt,
      encryptionKey,
      sessionId,
      roomId: this.#sfuRoomName,
      userDid,
      oracleDid: oracle.did,
      ...(agentVoice === undefined ? {} : { agentVoice }),
      ...(language === undefined ? {} : { language }),
    });
    this.#held.announcement = announcement;
    const sent = await announcement.send();
    this.#timeline.mark('eventSent');
    this.#dispatch({ kind: 'eventSent', callId: sent.callId });
    signal.throwIfAborted();
    answers.bind(sent);
    const { backendUrl } = oracle;
    const { userId } = matrix;
    this.#deps.interrupted.remember({ ...sent, backendUrl, callType: type, sessionId, oracleDid: oracle.did, userId });
    await Promise.all([
      announcement.addCallId(signal),
      this.#sync(this.#deps.backendAt(backendUrl), sent.callId, signal),
    ]);
    signal.throwIfAborted();
    this.#timeline.mark('synced');
  }

  async #sync(backend: BackendClient, callId: CallId, signal: AbortSignal): Promise<void> {
    try {
      await backend.syncCall(callId, this.sessionId, { signal });
    } catch (error) {
      // The oracle's side was quicker to end it, and its answer, which says why, is on the way.
      if (isOracleCallError(error) && error.code === 'ERR_CALL_ENDED') {
        await this.#deps.clock.sleep(CLOSING_REASON_MS, { signal });
      }
      throw error;
    }
  }

  #endedByOracle(reason: EndReason): void {
    this.#isOverForOthers = true;
    const error = errorOf(reason);
    if (error !== undefined) this.#fail(error, reason);
    else this.#dispatch({ kind: 'end', reason });
  }

  #attach(track: RemoteTrack): void {
    if (track.kind === 'audio') {
      this.#held.playing.get(track.trackId)?.[Symbol.dispose]();
      this.#held.playing.set(track.trackId, track.play());
      this.#held.meter?.[Symbol.dispose]();
      this.#held.meter = new LevelMeter({
        clock: this.#deps.clock,
        oracleLevel: () => track.level(),
        microphoneLevel: () => this.#microphone()?.level() ?? 0,
        oracleAudible: () => this.#timeline.mark('oracleAudible'),
        turn: ({ questionEndedAt, answerAudibleAt }) => {
          this.#timeline.mark('questionEnded', questionEndedAt);
          this.#timeline.mark('answerAudible', answerAudibleAt);
        },
      });
      this.#dispatch({ kind: 'oracleAttached' });
    }
    this.#notices.tell({ kind: 'remoteTrack', track });
  }

  #microphone(): LocalTrack | undefined {
    return this.#held.tracks.find(({ kind }) => kind === 'audio');
  }

  async #applyMute(): Promise<void> {
    const microphone = this.#microphone();
    if (microphone !== undefined) await this.#held.connection?.setMuted(microphone, !this.#isMicrophoneEnabled);
  }

  async #close(): Promise<void> {
    const state = this.#state;
    this.#attempt.abort(new OracleCallError('ERR_CALL_ENDED'));
    this.#overdue[Symbol.dispose]();
    this.#abandon[Symbol.dispose]();
    const { playing, connection, presence, answers, meter, announcement, oracle } = this.#held;
    for (const open of [meter, presence, answers, ...playing.values()]) open?.[Symbol.dispose]();
    for (const track of this.#held.tracks) track.stop();
    const reason = state.kind === 'Ending' ? state.reason : 'cancelled';
    await tearDown({
      clock: this.#deps.clock,
      logger: this.#deps.logger,
      reason,
      capture: this.#capture,
      connection,
      // What the oracle's side has ended, it has written down.
      announcement: this.#isOverForOthers ? undefined : announcement,
      backend: oracle === undefined ? undefined : this.#deps.backendAt(oracle.backendUrl),
    });
    for (const key of [this.#callKey, this.#sendingKey, this.#oracleKey]) key.destroy();
    const callId = this.callId;
    if (callId !== undefined) this.#deps.interrupted.forget(callId);
    this.#dispatch({ kind: 'closed' });
  }

  #finish(): void {
    this.#overdue[Symbol.dispose]();
    this.#abandon[Symbol.dispose]();
    if (this.#state.kind !== 'Ended') return;
    this.#live.reject(this.#state.error ?? new OracleCallError('ERR_CALL_ENDED'));
    this.#ended.resolve(this.#state);
  }
}

function onAbort(signal: AbortSignal | undefined, listener: (reason: Error) => void): Disposable {
  const abort = (): void => listener(signal?.reason as Error);
  signal?.addEventListener('abort', abort, { once: true });
  return { [Symbol.dispose]: () => signal?.removeEventListener('abort', abort) };
}
