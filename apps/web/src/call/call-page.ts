import { isOracleCallError, systemClock, codeOf, type EndReason, type ErrorCode } from '@oracle-calls/protocol';
import {
  createOracleCalls,
  type CallStatistics,
  type OracleCall,
  type OracleCalls,
  type RemoteTrack,
} from '@oracle-calls/sdk';
import type { Tracer } from '@oracle-calls/protocol/trace';
import type { MatrixAccount } from '../account/matrix-account.ts';
import { isDevelopment, type PageConfig } from '../page-config.ts';
import type { OracleCallsPage, PageStatistics } from '../page-window.ts';
import { createCallView, type CallView } from '../view/call-view.ts';
import type { ShownKeyChange } from '../view/key-change-view.ts';
import { errorSentence } from '../view/sentences.ts';
import { keyChangeOf } from './key-change.ts';
import { formatDuration, pageStateOf, securityLine, statusLine } from './call-summary.ts';

/** How often duration, statistics and the padlock are looked at. */
const REFRESH_MS = 1_000;
const NO_STATISTICS: CallStatistics = { encrypted: false, tracks: [] };

export interface CallPageOptions {
  readonly config: PageConfig;
  readonly account: MatrixAccount;
  /** Where spans of calls go; nowhere when absent. */
  readonly tracer: Tracer | undefined;
  readonly signedOut: () => void;
}

/** The page once somebody is signed in: one panel, one call at a time. */
export class CallPage {
  readonly view: CallView;
  readonly #calls: OracleCalls;
  readonly #options: CallPageOptions;
  #call: OracleCall | undefined;
  #oracleDid: string;
  #oracleAudio: RemoteTrack | undefined;
  #statistics = NO_STATISTICS;
  #liveAt: number | undefined;
  #isReconnecting = false;
  #isPrepared = false;
  #clickedAt: number | undefined;
  #errorCode: ErrorCode | undefined;
  #endReason: EndReason | undefined;
  #alarm: string | undefined;
  #keyChange: ShownKeyChange | undefined;
  #notice: string | undefined;
  #isOracleSpeaking = false;

  constructor(options: CallPageOptions) {
    this.#options = options;
    this.#oracleDid = options.config.oracleDid;
    const { config, account } = options;
    this.#calls = createOracleCalls({
      matrixClient: account.client,
      e2eeWorker: () => new Worker(new URL('@oracle-calls/sdk/frame-worker', import.meta.url), { type: 'module' }),
      didResolverUrl: config.didResolverUrl,
      allowPrivateAddresses: isDevelopment(config),
      tracer: options.tracer,
    });
    this.view = createCallView(account.userId, config.oracleDid, {
      call: (type, oracleDid) => this.#place(type, oracleDid),
      hangUp: () => void this.#call?.endCall(),
      setMuted: (isMuted) => void this.#setMuted(isMuted),
      signOut: () => void this.#signOut(),
      oracleChanged: (oracleDid) => void this.#prepare(oracleDid),
      compared: (isSame) => void this.#try(() => this.#call?.confirmComparisonCode(isSame)),
      acceptKeys: () => void this.#acceptKeys(),
      acceptIdentity: () => void this.#acceptIdentity(),
      send: (text) => void this.#send(text),
      interrupt: () => void this.#try(() => this.#call?.interrupt()),
    });
    this.#show();
    void this.#prepare(config.oracleDid);
  }

  /** What scripts see. */
  get shown(): OracleCallsPage {
    const call = this.#call;
    return {
      state: call !== undefined ? pageStateOf(call.state) : this.#idleState(),
      callId: call?.callId,
      callStatus: this.#callStatus(),
      clickedAt: this.#clickedAt,
      timelineMs: call?.timeline ?? {},
      errorCode: this.#errorCode,
      endReason: this.#endReason,
      security: call?.security,
      statistics: () => this.#readStatistics(),
    };
  }

  #idleState(): OracleCallsPage['state'] {
    if (this.#errorCode !== undefined) return 'error';
    return this.#isPrepared ? 'ready' : 'signing-in';
  }

  #identityChange(): { readonly oracleDid: string } | undefined {
    return this.#errorCode === 'ERR_MATRIX_IDENTITY_CHANGED' ? { oracleDid: this.#oracleDid } : undefined;
  }

  #idleLine(): string {
    if (!this.#isPrepared) return 'Getting ready…';
    return this.#errorCode === undefined ? statusLine(undefined, false) : 'Cannot call yet.';
  }

  #callStatus(): string | undefined {
    const call = this.#call;
    if (call?.callId === undefined) return undefined;
    if (call.state.kind === 'Ended') return 'ended';
    return call.timeline.synced === undefined ? 'pending' : 'active';
  }

  async #prepare(oracleDid: string): Promise<void> {
    this.#oracleDid = oracleDid;
    this.#errorCode = this.#keyChange = undefined;
    this.#isPrepared = false;
    try {
      await this.#calls.prepare({ oracleDid });
    } catch (error) {
      this.#failed(error);
    }
    this.#isPrepared = true;
    this.#show();
  }

  #place(type: 'audio' | 'video', oracleDid: string): void {
    this.#clickedAt = performance.timeOrigin + performance.now();
    this.#errorCode = this.#endReason = this.#alarm = this.#keyChange = this.#notice = undefined;
    this.#statistics = NO_STATISTICS;
    this.#isOracleSpeaking = false;
    this.view.conversation.clear();
    this.#oracleDid = oracleDid;
    this.#isReconnecting = false;
    const sessionId = this.#calls.interruptedCall()?.sessionId;
    try {
      this.#follow(this.#calls.callOracle({ type, oracleDid, sessionId }));
    } catch (error) {
      // The field of a DID is the only thing that can be wrong here.
      const code = codeOf(error);
      this.#errorCode = code === 'ERR_PROTOCOL_MALFORMED' ? 'ERR_DID_MALFORMED' : code;
    }
    this.#show();
  }

  #follow(call: OracleCall): void {
    this.#call = call;
    call.observe((notice) => {
      switch (notice.kind) {
        case 'state':
          if (notice.state.kind === 'Live') this.#liveAt = systemClock.now();
          if (notice.state.kind === 'Ended') this.#ended(notice.state.reason);
          break;
        case 'error':
          this.#failed(notice.error);
          break;
        case 'keysRotated':
          this.#notice =
            'The oracle has a new key since your last call, and signed the change with the earlier one. You may compare the code again.';
          break;
        case 'caption':
          this.view.conversation.show({ ...notice, id: notice.segment, by: notice.speaker });
          break;
        case 'chat':
          this.view.conversation.show({ id: crypto.randomUUID(), by: 'oracle', text: notice.text, isFinal: true });
          break;
        case 'oracleState':
          this.#isOracleSpeaking = notice.state === 'speaking';
          break;
        case 'localTrackEnded':
          if (notice.source !== 'microphone') this.view.showVideo('own', undefined);
          break;
        case 'security':
        case 'device':
        case 'quality':
        case 'echo':
          break;
        case 'stranger':
          this.#alarm = 'Somebody else is in the media room. They are not played and cannot understand the call.';
          break;
        case 'undecryptable':
          break;
        case 'localTrack':
          if (notice.track.kind === 'video') this.view.showVideo('own', notice.track.mediaStreamTrack);
          break;
        case 'remoteTrack':
          if (notice.track.kind === 'audio') this.#oracleAudio = notice.track;
          else this.view.showVideo('oracle', notice.track.mediaStreamTrack);
          break;
        case 'reconnecting':
        case 'reconnected':
          this.#isReconnecting = notice.kind === 'reconnecting';
          break;
        case 'timeline':
          break;
      }
      this.#show();
    });
    void this.#refresh(call);
    this.#animate(call);
  }

  #ended(reason: EndReason): void {
    this.#endReason = reason;
    this.#liveAt = this.#oracleAudio = undefined;
    this.view.showVideo('own', undefined);
    this.view.showVideo('oracle', undefined);
    this.view.showLevel(0);
    // The next call is to be as quick; what goes wrong here, that call will say.
    this.#calls.prepare({ oracleDid: this.#oracleDid }).catch(() => undefined);
  }

  /** Keeps duration and padlock fresh until the call has ended. */
  async #refresh(call: OracleCall): Promise<void> {
    while (call.state.kind !== 'Ended') {
      await this.#readStatistics();
      this.#show();
      await systemClock.sleep(REFRESH_MS);
    }
  }

  #animate(call: OracleCall): void {
    if (call.state.kind === 'Ended') return;
    this.view.showLevel(this.#oracleAudio?.level() ?? 0);
    requestAnimationFrame(() => this.#animate(call));
  }

  async #readStatistics(): Promise<PageStatistics> {
    const statistics = await this.#call?.statistics();
    // What was last known of a call stays readable when it has ended.
    if (statistics?.tracks.some(({ packets }) => packets > 0) === true) this.#statistics = statistics;
    const { encrypted, tracks } = this.#statistics;
    return {
      encrypted,
      tracks: tracks.map(({ direction, kind, isEncrypted, packets }) => ({
        direction,
        kind,
        encrypted: isEncrypted,
        packets,
      })),
    };
  }

  #failed(error: unknown): void {
    this.#errorCode = codeOf(error);
    if (isOracleCallError(error)) this.#keyChange = keyChangeOf(error);
  }

  /** An action of the person inside a call; its failure is told and ends nothing. */
  async #try(act: () => Promise<void> | undefined): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.#failed(error);
    }
    this.#show();
  }

  async #send(text: string): Promise<void> {
    await this.#try(async () => {
      await this.#call?.sendChat(text);
      this.view.conversation.show({ id: crypto.randomUUID(), by: 'user', text, isFinal: true });
    });
  }

  /** A person has decided; what the document shows now must be what they saw. */
  async #acceptKeys(): Promise<void> {
    const expected = this.#keyChange?.expected;
    if (expected === undefined) return;
    try {
      await this.#calls.acceptChangedKeys({ oracleDid: this.#oracleDid, expected });
    } catch (error) {
      this.#failed(error);
      this.#show();
      return;
    }
    await this.#prepare(this.#oracleDid);
  }

  /** A person has decided that the oracle's account is still the oracle's. */
  async #acceptIdentity(): Promise<void> {
    try {
      await this.#calls.approveChangedIdentity({ oracleDid: this.#oracleDid });
    } catch (error) {
      this.#failed(error);
      this.#show();
      return;
    }
    await this.#prepare(this.#oracleDid);
  }

  async #setMuted(isMuted: boolean): Promise<void> {
    await this.#call?.setMicrophoneEnabled(!isMuted);
    this.#show();
  }

  async #signOut(): Promise<void> {
    await this.#calls.close();
    await this.#options.account.signOut().finally(() => this.#options.signedOut());
  }

  #show(): void {
    const call = this.#call;
    const state = call?.state;
    const isInCall = state !== undefined && state.kind !== 'Ended';
    const isLive = state?.kind === 'Live';
    const liveMs = this.#liveAt === undefined ? undefined : systemClock.now() - this.#liveAt;
    this.view.show({
      isInCall,
      isLive,
      canHangUp: isInCall && state.kind !== 'Ending',
      isMuted: call?.isMicrophoneEnabled === false,
      status: state === undefined ? this.#idleLine() : statusLine(state, this.#isReconnecting),
      duration: isLive && liveMs !== undefined ? formatDuration(liveMs) : undefined,
      security: securityLine(state, call?.security),
      details: isInCall ? call?.security : undefined,
      keyChange: this.#keyChange,
      identityChange: isInCall ? undefined : this.#identityChange(),
      notice: this.#notice,
      isOracleSpeaking: this.#isOracleSpeaking,
      error: this.#errorCode === undefined ? undefined : errorSentence(this.#errorCode),
      alarm: this.#alarm,
      offersResume: !isInCall && this.#calls.interruptedCall() !== undefined,
      timeline: call?.timeline ?? {},
    });
  }
}
