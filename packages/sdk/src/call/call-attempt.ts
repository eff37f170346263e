import {
  createCallKey,
  createSfuRoomName,
  deriveMediaKey,
  isOracleCallError,
  OracleCallError,
  type CallId,
  type Did,
  type EndReason,
  type SfuRoomName,
} from '@oracle-calls/protocol';
import type { BackendClient } from '../backend-client/backend-client.ts';
import type { LocalTrack } from '../devices/devices-port.ts';
import { LevelMeter } from '../media/level-meter.ts';
import type { RemoteTrack, SfuConnection, TrackStatistics } from '../media/sfu-port.ts';
import type { Oracle } from '../oracle/oracle-directory.ts';
import { CallAnnouncement } from './call-announcement.ts';
import type { CallDeps } from './call-deps.ts';
import type { CallInput } from './call-machine.ts';
import type { CallTimeline } from './call-timeline.ts';
import { errorOf, toOracleCallError } from './end-reasons.ts';
import type { CallNotice } from './notices.ts';
import type { CallOptions } from './oracle-call.ts';
import { OracleAnswers } from './oracle-answers.ts';
import { CLOSING_REASON_MS, OraclePresence } from './oracle-presence.ts';
import { tearDown } from './tear-down.ts';

export interface ParsedCallOptions extends CallOptions {
  readonly oracleDid: string & Did;
  readonly sessionId: string;
}

/** What the attempt tells the machine and its observers. */
export interface AttemptEvents {
  readonly dispatch: (input: CallInput) => void;
  readonly fail: (error: OracleCallError, reason?: EndReason) => void;
  readonly tell: (notice: CallNotice) => void;
}

/**
 * Opens one call and holds everything that it opens. One attempt, one signal: all that opens runs under it, and it aborts as
 * soon as the call is ending.
 */
export class CallAttempt {
  readonly #deps: CallDeps;
  readonly #options: ParsedCallOptions;
  readonly #timeline: CallTimeline;
  readonly #events: AttemptEvents;
  readonly #sfuRoomName: SfuRoomName = createSfuRoomName();
  readonly #callKey = createCallKey();
  readonly #sendingKey = deriveMediaKey(this.#callKey, this.#sfuRoomName, 'user-to-oracle');
  readonly #oracleKey = deriveMediaKey(this.#callKey, this.#sfuRoomName, 'oracle-to-user');
  readonly #abort = new AbortController();
  readonly #playing = new Map<string, Disposable>();
  readonly #startedAt: string;
  #capture: Promise<readonly LocalTrack[]> | undefined;
  #tracks: readonly LocalTrack[] = [];
  #oracle: Oracle | undefined;
  #connection: SfuConnection | undefined;
  #presence: OraclePresence | undefined;
  #answers: OracleAnswers | undefined;
  #announcement: CallAnnouncement | undefined;
  #meter: LevelMeter | undefined;
  #isMuted = false;
  #isEndedByOracle = false;

  constructor(deps: CallDeps, options: ParsedCallOptions, timeline: CallTimeline, events: AttemptEvents) {
    this.#deps = deps;
    this.#options = options;
    this.#timeline = timeline;
    this.#events = events;
    this.#startedAt = new Date(deps.clock.now()).toISOString();
  }

  /** Looks up the oracle; meanwhile the microphone is switched on and the frame cryptor loads. */
  prepare(): void {
    this.#run(async (signal) => {
      if (!this.#deps.sfu.isSupported()) throw new OracleCallError('ERR_MEDIA_UNSUPPORTED');
      this.#capture = this.#deps.devices.capture(this.#options.type, { signal });
      // Awaited again when the SFU is connected; a refusal is to be known at once.
      this.#run(() => this.#showOwnTracks(signal));
      this.#connection = this.#deps.sfu.create();
      const oracle = await this.#deps.findOracle(this.#options.oracleDid, signal);
      signal.throwIfAborted();
      this.#oracle = oracle;
      this.#events.dispatch({ kind: 'oracleResolved' });
    });
  }

  /** Everything that leaves this machine, side by side: the call event, and the token with the connection behind it. */
  open(): void {
    const oracle = this.#oracle;
    const connection = this.#connection;
    if (oracle === undefined || connection === undefined) return;
    this.#run((signal) => this.#connect(oracle, connection, signal));
    this.#run((signal) => this.#announce(oracle, signal));
  }

  expectOracle(): void {
    this.#presence?.expectOracle();
  }

  async setMuted(isMuted: boolean): Promise<void> {
    this.#isMuted = isMuted;
    await this.#applyMute();
  }

  async statistics(): Promise<readonly TrackStatistics[]> {
    return (await this.#connection?.statistics()) ?? [];
  }

  /** Ends the record and closes everything. Never rejects. */
  async close(reason: EndReason): Promise<void> {
    this.#abort.abort(new OracleCallError('ERR_CALL_ENDED'));
    for (const open of [this.#meter, this.#presence, this.#answers, ...this.#playing.values()])
      open?.[Symbol.dispose]();
    await tearDown({
      clock: this.#deps.clock,
      logger: this.#deps.logger,
      reason,
      capture: this.#capture,
      connection: this.#connection,
      // What the oracle's side has ended, it has written down.
      announcement: this.#isEndedByOracle ? undefined : this.#announcement,
      backend: this.#oracle === undefined ? undefined : this.#deps.backendAt(this.#oracle.backendUrl),
    });
    for (const key of [this.#callKey, this.#sendingKey, this.#oracleKey]) key.destroy();
  }

  /** A part of the set-up; its failure ends the call, unless the call is ending anyway. */
  #run(work: (signal: AbortSignal) => Promise<void>): void {
    const { signal } = this.#abort;
    work(signal).catch((error: unknown) => {
      if (!signal.aborted) this.#events.fail(toOracleCallError(error));
    });
  }

  async #showOwnTracks(signal: AbortSignal): Promise<void> {
    const tracks = (await this.#capture) ?? [];
    if (signal.aborted) return;
    for (const track of tracks) this.#events.tell({ kind: 'localTrack', track });
  }

  async #connect(oracle: Oracle, connection: SfuConnection, signal: AbortSignal): Promise<void> {
    const { tell, fail, dispatch } = this.#events;
    this.#presence = new OraclePresence({
      connection,
      clock: this.#deps.clock,
      oracleKey: this.#oracleKey,
      events: {
        joined: () => this.#timeline.mark('agentJoined'),
        attached: (track) => this.#attach(track),
        stranger: (participantIdentity) => tell({ kind: 'stranger', participantIdentity }),
        undecryptable: (participantIdentity) => tell({ kind: 'undecryptable', participantIdentity }),
        reconnecting: () => tell({ kind: 'reconnecting' }),
        reconnected: () => tell({ kind: 'reconnected' }),
        warned: (error) => tell({ kind: 'error', error }),
        lost: (reason, error) => fail(error, reason),
        closedByOthers: () => dispatch({ kind: 'end', reason: 'completed' }),
      },
    });
    const backend = this.#deps.backendAt(oracle.backendUrl);
    const invitation = await backend.requestJoinToken(this.#sfuRoomName, oracle.did, { signal });
    this.#timeline.mark('joinToken');
    this.#deps.sfuSeen(oracle.backendUrl, invitation.url);
    await connection.connect({ ...invitation, sendingKey: this.#sendingKey, signal });
    signal.throwIfAborted();
    this.#timeline.mark('sfuConnected');
    dispatch({ kind: 'sfuConnected' });
    this.#tracks = (await this.#capture) ?? [];
    signal.throwIfAborted();
    await this.#applyMute();
    for (const track of this.#tracks) {
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
    this.#answers = answers;
    const [encryptionKey, userDid, matrixRoomId] = await Promise.all([
      this.#deps.seal(this.#callKey, oracle.envelopePublicKey),
      this.#deps.userDid(),
      matrix.findOrCreateRoom(oracle.matrixUserId, { signal }),
    ]);
    signal.throwIfAborted();
    const { type, sessionId, agentVoice, language } = this.#options;
    const announcement = new CallAnnouncement(matrix, matrixRoomId, oracle.matrixUserId, {
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
    this.#announcement = announcement;
    const sent = await announcement.send();
    this.#timeline.mark('eventSent');
    this.#events.dispatch({ kind: 'eventSent', callId: sent.callId });
    signal.throwIfAborted();
    answers.bind(sent);
    const { backendUrl } = oracle;
    const { userId } = matrix;
    this.#deps.interrupted.remember({
      ...sent,
      backendUrl,
      callType: type,
      sessionId,
      oracleDid: oracle.did,
      oracleUserId: oracle.matrixUserId,
      userId,
    });
    // The backend finds the call by its event; it need not have seen the edit.
    await Promise.all([
      announcement.addCallId(signal),
      this.#sync(this.#deps.backendAt(backendUrl), sent.callId, signal),
    ]);
    signal.throwIfAborted();
    this.#timeline.mark('synced');
  }

  async #sync(backend: BackendClient, callId: CallId, signal: AbortSignal): Promise<void> {
    try {
      await backend.syncCall(callId, this.#options.sessionId, { signal });
    } catch (error) {
      // The oracle's side was quicker to end it, and its answer, which says why, is on the way.
      if (isOracleCallError(error) && error.code === 'ERR_CALL_ENDED') {
        await this.#deps.clock.sleep(CLOSING_REASON_MS, { signal });
      }
      throw error;
    }
  }

  #endedByOracle(reason: EndReason): void {
    this.#isEndedByOracle = true;
    const error = errorOf(reason);
    if (error === undefined) this.#events.dispatch({ kind: 'end', reason });
    else this.#events.fail(error, reason);
  }

  #attach(track: RemoteTrack): void {
    if (track.kind === 'audio') {
      this.#playing.get(track.trackId)?.[Symbol.dispose]();
      this.#playing.set(track.trackId, track.play());
      this.#meter?.[Symbol.dispose]();
      this.#meter = new LevelMeter({
        clock: this.#deps.clock,
        oracleLevel: () => track.level(),
        microphoneLevel: () => this.#microphone()?.level() ?? 0,
        oracleAudible: () => this.#timeline.mark('oracleAudible'),
        turn: ({ questionEndedAt, answerAudibleAt }) => {
          this.#timeline.mark('questionEnded', questionEndedAt);
          this.#timeline.mark('answerAudible', answerAudibleAt);
        },
      });
      this.#events.dispatch({ kind: 'oracleAttached' });
    }
    this.#events.tell({ kind: 'remoteTrack', track });
  }

  #microphone(): LocalTrack | undefined {
    return this.#tracks.find(({ kind }) => kind === 'audio');
  }

  async #applyMute(): Promise<void> {
    const microphone = this.#microphone();
    if (microphone !== undefined) await this.#connection?.setMuted(microphone, this.#isMuted);
  }
}
