import { isOracleCallError, systemClock, type EndReason, type ErrorCode } from '@oracle-calls/protocol';
import {
  createOracleCalls,
  type CallStatistics,
  type OracleCall,
  type OracleCalls,
  type RemoteTrack,
} from '@oracle-calls/sdk';
import type { MatrixAccount } from '../account/matrix-account.ts';
import { isDevelopment, type PageConfig } from '../page-config.ts';
import type { OracleCallsPage, PageStatistics } from '../page-window.ts';
import { createCallView, type CallView } from '../view/call-view.ts';
import { errorSentence } from '../view/sentences.ts';
import { formatDuration, pageStateOf, securityLine, statusLine } from './call-summary.ts';

/** How often duration, statistics and the padlock are looked at. */
const REFRESH_MS = 1_000;
const NO_STATISTICS: CallStatistics = { encrypted: false, tracks: [] };

export interface CallPageOptions {
  readonly config: PageConfig;
  readonly account: MatrixAccount;
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

  constructor(options: CallPageOptions) {
    this.#options = options;
    this.#oracleDid = options.config.oracleDid;
    const { config, account } = options;
    this.#calls = createOracleCalls({
      matrixClient: account.client,
      e2eeWorker: () => new Worker(new URL('@oracle-calls/sdk/frame-worker', import.meta.url), { type: 'module' }),
      didResolverUrl: config.didResolverUrl,
      allowPrivateAddresses: isDevelopment(config),
    });
    this.view = createCallView(account.userId, config.oracleDid, {
      call: (type, oracleDid) => this.#place(type, oracleDid),
      hangUp: () => void this.#call?.endCall(),
      setMuted: (isMuted) => void this.#setMuted(isMuted),
      signOut: () => void this.#signOut(),
      oracleChanged: (oracleDid) => void this.#prepare(oracleDid),
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
      statistics: () => this.#readStatistics(),
    };
  }

  #idleState(): OracleCallsPage['state'] {
    if (this.#errorCode !== undefined) return 'error';
    return this.#isPrepared ? 'ready' : 'signing-in';
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
    this.#errorCode = undefined;
    this.#isPrepared = false;
    try {
      await this.#calls.prepare({ oracleDid });
    } catch (error) {
      this.#errorCode = isOracleCallError(error) ? error.code : 'ERR_INTERNAL';
    }
    this.#isPrepared = true;
    this.#show();
  }

  #place(type: 'audio' | 'video', oracleDid: string): void {
    this.#clickedAt = performance.timeOrigin + performance.now();
    this.#errorCode = this.#endReason = this.#alarm = undefined;
    this.#statistics = NO_STATISTICS;
    this.#oracleDid = oracleDid;
    this.#isReconnecting = false;
    const sessionId = this.#calls.interruptedCall()?.sessionId;
    try {
      this.#follow(this.#calls.callOracle({ type, oracleDid, sessionId }));
    } catch (error) {
      // The field of a DID is the only thing that can be wrong here.
      const code = isOracleCallError(error) ? error.code : 'ERR_INTERNAL';
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
          this.#errorCode = notice.error.code;
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
      security: securityLine(state, this.#statistics),
      error: this.#errorCode === undefined ? undefined : errorSentence(this.#errorCode),
      alarm: this.#alarm,
      offersResume: !isInCall && this.#calls.interruptedCall() !== undefined,
      timeline: call?.timeline ?? {},
    });
  }
}
