import {
  createSfuRoomName,
  isOracleCallError,
  OracleCallError,
  codeOf,
  toOracleCallError,
  waitAtMost,
  type CallId,
  type Did,
  type EndReason,
  type MatrixEventId,
  type SfuRoomName,
} from '@oracle-calls/protocol';
import type { BackendClient } from '../backend-client/backend-client.ts';
import type { SfuConnection } from '../media/sfu-port.ts';
import { SecurityDetails, type CallSecurity } from '../security/call-security.ts';
import type { AttemptEvents } from './attempt-events.ts';
import type { AnnouncedCall, CallAnnouncement } from './call-announcement.ts';
import type { AttemptDeps } from './call-deps.ts';
import { gatherCallParts, type CallParts } from './call-parts.ts';
import type { CallTimeline } from './call-timeline.ts';
import { CLOSING_REASON_MS, errorOf } from './end-reasons.ts';
import type { CallOptions, CallStatistics } from './oracle-call.ts';
import { OracleAnswers } from './oracle-answers.ts';
import type { Saying } from './oracle-channel.ts';
import type { OracleQuestion, QuestionAnswer } from './oracle-question.ts';
import type { OracleSide } from './oracle-side.ts';
import { OwnTracks } from './own-tracks.ts';
import { placeCall, type PlacedCall } from './place-call.ts';
import { tearDown } from './tear-down.ts';

/** Codes that say: the room, its members or their devices are not what the call began with. */
const TRUST_CODE = /^ERR_MATRIX_(?:CROSS_SIGNING|IDENTITY_CHANGED|MEMBERS|NOT_ENCRYPTED)$/;

/** The oracle is usually heard this soon after the call event was sent, in milliseconds; the rest of the record waits no longer. */
export const FIRST_SOUND_MS = 1_000;

/** Sealing and encrypting the call event takes some tens of milliseconds; a slow signer, a wallet that asks, is not waited for. In ms. */
export const EVENT_FIRST_MS = 100;

export interface ParsedCallOptions extends CallOptions {
  readonly oracleDid: string & Did;
  readonly sessionId: string;
  readonly ringEventId?: MatrixEventId | undefined;
}

/**
 * Opens one call and holds everything that it opens. One attempt, one signal: all that opens runs under it, and it aborts as
 * soon as the call is ending.
 */
export class CallAttempt {
  readonly #deps: AttemptDeps;
  readonly #options: ParsedCallOptions;
  readonly #timeline: CallTimeline;
  readonly #events: AttemptEvents;
  readonly #security: SecurityDetails;
  readonly #sfuRoomName: SfuRoomName = createSfuRoomName();
  readonly #abort = new AbortController();
  readonly #heard = Promise.withResolvers<void>();
  /** Resolves when the call event leaves. */
  readonly #sending = Promise.withResolvers<void>();
  readonly #startedAt: string;
  /** The person's own devices. */
  readonly own: OwnTracks;
  #parts: CallParts | undefined;
  #connection: SfuConnection | undefined;
  #side: OracleSide | undefined;
  #answers: OracleAnswers | undefined;
  #announcement: CallAnnouncement | undefined;
  #announced: AnnouncedCall | undefined;
  #watch: Disposable | undefined;
  #isEndedByOracle = false;

  constructor(deps: AttemptDeps, options: ParsedCallOptions, timeline: CallTimeline, events: AttemptEvents) {
    this.#deps = deps;
    this.#options = options;
    this.#timeline = timeline;
    this.#events = events;
    this.#security = new SecurityDetails(deps.knownKeys.areKept, (security) =>
      events.tell({ kind: 'security', security }),
    );
    this.own = new OwnTracks({
      devices: deps.devices,
      signal: this.#abort.signal,
      tell: events.tell,
      muteChanged: () => void this.#side?.setMuted(this.own.isMuted),
    });
    this.#startedAt = new Date(deps.clock.now()).toISOString();
  }

  get security(): CallSecurity {
    return this.#security.shown;
  }

  get announced(): AnnouncedCall | undefined {
    return this.#announced;
  }

  /** Looks up the oracle and judges its keys; meanwhile the microphone is switched on and code is loaded. */
  prepare(): void {
    this.#run(async (signal) => {
      if (!this.#deps.sfu.isSupported()) throw new OracleCallError('ERR_MEDIA_UNSUPPORTED');
      // Awaited again when the SFU is connected; a refusal is to be known at once.
      this.#run(() => this.own.open(this.#options.type));
      this.#connection = this.#deps.sfu.create();
      this.#parts = await gatherCallParts(this.#deps, this.#options.oracleDid, signal);
      this.#showKeys(this.#parts);
      this.#events.dispatch({ kind: 'oracleResolved' });
    });
  }

  /** Everything that leaves this machine, side by side: the call event, the token with the connection behind it, the handshake. */
  open(): void {
    const parts = this.#parts;
    const connection = this.#connection;
    if (parts === undefined || connection === undefined) return;
    const side = new parts.Side({
      connection,
      clock: this.#deps.clock,
      logger: this.#deps.logger,
      timeline: this.#timeline,
      security: this.#security,
      events: this.#events,
      microphone: () => this.own.find('microphone'),
      heard: () => this.#heard.resolve(),
      remembers: this.#options.remembers !== false,
    });
    this.#side = side;
    void side.setMuted(this.own.isMuted);
    const joined = Promise.withResolvers<string>();
    const announced = Promise.withResolvers<PlacedCall>();
    const synced = Promise.withResolvers<void>();
    this.#run((signal) => this.#connect(parts, connection, joined.resolve, signal));
    this.#run((signal) => this.#announce(parts, announced.resolve, synced.resolve, signal));
    this.#run(async (signal) => {
      // Whichever of the two fails ends the call by itself.
      const [userIdentity, { sent, envelope }] = await Promise.all([joined.promise, announced.promise]);
      signal.throwIfAborted();
      const { protocol, secrets, oracle } = parts;
      side.openLink(protocol, {
        contextHash: envelope.contextHash,
        envelopeSignature: envelope.signature,
        callId: sent.callId,
        userIdentity,
        callKey: secrets.callKey,
        comparisonNonce: secrets.comparisonNonce,
        callSigner: secrets.keyPair.signer,
        oracleVerifier: protocol.createVerifier(oracle.keys.identityKey),
      });
      // Before, the oracle's side may not know of the call.
      await synced.promise;
      if (signal.aborted) return;
      side.expectOffer();
      await this.#watchCall(side, connection, signal);
    });
  }

  expectOracle(): void {
    this.#side?.expectOracle();
  }

  async setMuted(isMuted: boolean): Promise<void> {
    const changed = this.own.setMuted(isMuted);
    await Promise.all([changed, this.#side?.setMuted(this.own.isMuted)]);
  }

  async statistics(): Promise<CallStatistics> {
    const tracks = (await this.#connection?.statistics()) ?? [];
    return { encrypted: this.#side?.isFlowing(tracks) === true, tracks };
  }

  /** @throws {OracleCallError} `ERR_KEY_MISSING` before there is a link, `ERR_DATA_*` */
  async say(saying: Saying): Promise<void> {
    if (this.#side === undefined) throw new OracleCallError('ERR_KEY_MISSING', 'The call is not that far yet.');
    await this.#side.say(saying);
  }

  /** Has the oracle forget the session. */
  async forgetMemory(): Promise<void> {
    await this.#side?.forgetMemory();
  }

  get questions(): readonly OracleQuestion[] {
    return this.#side?.questions.all ?? [];
  }

  /** @throws as `AskedQuestions.answer` */
  async answer(questionId: string, answer: QuestionAnswer): Promise<void> {
    if (this.#side === undefined) throw new OracleCallError('ERR_CALL_QUESTION');
    await this.#side.questions.answer(questionId, answer);
  }

  /** @throws {TypeError} without a code; {OracleCallError} `ERR_KEY_CHANGED` */
  async compared(isSame: boolean): Promise<void> {
    const { oracle } = this.#parts ?? {};
    if (oracle === undefined || this.#security.facts.comparisonCode === undefined) {
      throw new TypeError('There is no comparison code to confirm.');
    }
    const noted = this.#deps.knownKeys.setVerified(oracle.did, isSame, oracle.verdict.kept);
    if (isSame) {
      await noted;
      this.#security.note({ isVerified: true });
    } else {
      // Ended whatever the storage says: somebody may stand between the two ends.
      this.#events.fail(new OracleCallError('ERR_HANDSHAKE_COMPARISON'));
      await noted.catch(() => undefined);
    }
  }

  /** Ends the record and closes everything. Never rejects. */
  async close(reason: EndReason): Promise<void> {
    this.#abort.abort(new OracleCallError('ERR_CALL_ENDED'));
    this.#side?.stop();
    this.#watch?.[Symbol.dispose]();
    this.#answers?.[Symbol.dispose]();
    const side = this.#side;
    await tearDown({
      clock: this.#deps.clock,
      logger: this.#deps.logger,
      reason,
      traceparent: this.#deps.traceparent,
      switchOff: () => this.own.close(),
      connection: this.#connection,
      hangUp: this.#isEndedByOracle || side === undefined ? undefined : () => side.hangUp(),
      // What the oracle's side has ended, it has written down.
      announcement: this.#isEndedByOracle ? undefined : this.#announcement,
      backend: this.#parts === undefined ? undefined : this.#deps.backendAt(this.#parts.oracle.backendUrl),
    });
    side?.[Symbol.dispose]();
    this.#parts?.secrets[Symbol.dispose]();
    this.#security.note({ isConfirmed: false, isFlowing: false });
  }

  /** A part of the set-up; its failure ends the call, unless the call is ending anyway. */
  #run(work: (signal: AbortSignal) => Promise<void>): void {
    const { signal } = this.#abort;
    work(signal).catch((error: unknown) => {
      if (!signal.aborted) this.#events.fail(toOracleCallError(error));
    });
  }

  #showKeys({ oracle: { keys, verdict } }: CallParts): void {
    this.#security.note({
      suite: keys.envelopeKey.suite,
      keysAreIndependent: keys.areIndependent,
      keyState: verdict.keyState,
      keyFingerprints: verdict.current,
      isVerified: verdict.kept.isVerified,
      // The storage may have failed while the keys were judged.
      pinsAreKept: this.#deps.knownKeys.areKept,
    });
    if (verdict.previous === undefined) return;
    this.#events.tell({ kind: 'keysRotated', previous: verdict.previous, current: verdict.current });
  }

  async #connect(
    { oracle }: CallParts,
    connection: SfuConnection,
    joined: (identity: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const backend = this.#deps.backendAt(oracle.backendUrl);
    const { traceparent } = this.#deps;
    const invitation = await backend.requestJoinToken(this.#sfuRoomName, oracle.did, { signal, traceparent });
    this.#timeline.mark('joinToken');
    this.#deps.sfuSeen(oracle.backendUrl, invitation.url);
    joined(invitation.identity);
    // Connecting keeps the thread busy for longer than encrypting the event, and the oracle's side waits for the event.
    await this.#firstOf(this.#sending.promise, EVENT_FIRST_MS, signal);
    await connection.connect({ ...invitation, signal });
    signal.throwIfAborted();
    this.#timeline.mark('sfuConnected');
    this.#events.dispatch({ kind: 'sfuConnected' });
    await this.own.publish(connection);
  }

  async #announce(
    parts: CallParts,
    announced: (call: PlacedCall) => void,
    synced: () => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { oracle } = parts;
    const { matrix } = this.#deps;
    const { type: callType, sessionId } = this.#options;
    const answers = new OracleAnswers(matrix, oracle.matrixUserId, ({ callStatus, endReason = 'completed' }) => {
      if (callStatus === 'ended') this.#endedByOracle(endReason);
    });
    this.#answers = answers;
    const placed = await placeCall({
      parts,
      matrix,
      clock: this.#deps.clock,
      options: this.#options,
      sfuRoomName: this.#sfuRoomName,
      startedAt: this.#startedAt,
      sealed: (announcement) => (this.#announcement = announcement),
      leaving: this.#sending.resolve,
      signal,
    });
    const { announcement, sent } = placed;
    this.#announced = sent;
    this.#timeline.mark('eventSent');
    this.#events.dispatch({ kind: 'eventSent', callId: sent.callId });
    signal.throwIfAborted();
    answers.bind(sent);
    const { backendUrl } = oracle;
    const { userId } = matrix;
    this.#deps.interrupted.remember({
      ...sent,
      backendUrl,
      callType,
      sessionId,
      oracleDid: oracle.did,
      oracleUserId: oracle.matrixUserId,
      userId,
    });
    announced(placed);
    // The backend finds the call by its event; it need not have seen the edit.
    await this.#sync(this.#deps.backendAt(backendUrl), sent.callId, signal);
    signal.throwIfAborted();
    this.#timeline.mark('synced');
    synced();
    // Nobody waits for the first edit, and on a small machine the first sound would wait for it.
    await this.#firstOf(this.#heard.promise, FIRST_SOUND_MS, signal);
    // People who talk are not cut off because a record lacks its id: the edit that ends it brings the id too.
    await announcement.addCallId(signal).catch((error: unknown) => {
      const code = codeOf(error);
      if (TRUST_CODE.test(code)) throw error;
      this.#deps.logger.warn('no call id sent', { code });
    });
  }

  /** Begins when the first sound is over: nothing of it is needed before. */
  async #watchCall(side: OracleSide, connection: SfuConnection, signal: AbortSignal): Promise<void> {
    const { clock, logger, devices } = this.#deps;
    await this.#firstOf(this.#heard.promise, FIRST_SOUND_MS, signal);
    try {
      const { CallWatch } = await import('./call-watch.ts');
      if (signal.aborted) return;
      this.#watch = new CallWatch({
        clock,
        choices: devices.choices,
        network: () => connection.network(),
        microphoneLevel: () => this.own.find('microphone')?.level() ?? 0,
        oracleLevel: () => side.oracleLevel(),
        tell: this.#events.tell,
      });
    } catch (error) {
      // A call without its watch is a call.
      logger.warn('the call is not watched', { code: codeOf(error) });
    }
  }

  /** Waits for something else to have the machine for itself, for a while at most. */
  async #firstOf(event: Promise<void>, maxMs: number, signal: AbortSignal): Promise<void> {
    await waitAtMost(this.#deps.clock, event, maxMs, signal);
    signal.throwIfAborted();
  }

  async #sync(backend: BackendClient, callId: CallId, signal: AbortSignal): Promise<void> {
    try {
      const { traceparent } = this.#deps;
      await backend.syncCall(callId, this.#options.sessionId, { signal, traceparent });
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
}
