import { codeOf, OracleCallError, systemClock, toOracleCallError } from '@oracle-calls/protocol';
import {
  createOracleCalls,
  type CallStatistics,
  type OracleCall,
  type OracleCalls,
  type CallNotice,
  type Ring,
} from '@oracle-calls/sdk';
// oxlint-disable-next-line import/default -- Vite makes it: the address of the built worker
import frameWorkerUrl from '@oracle-calls/sdk/frame-worker?worker&url';
import type { Tracer } from '@oracle-calls/protocol/trace';
import type { MatrixAccount } from '../account/matrix-account.ts';
import { isDevelopment, type PageConfig } from '../page-config.ts';
import type { OracleCallsPage, PageStatistics, ShownCaption } from '../page-window.ts';
import { scriptAddress } from '../shell/script-address.ts';
import type { MemoryPreference } from '../settings/preferences.ts';
import { Store } from '../store/store.ts';
import { callStatusOf, pageStateOf } from './call-state-words.ts';
import { keyChangeOf, type ShownKeyChange } from './key-change.ts';

const NO_STATISTICS: CallStatistics = { encrypted: false, tracks: [] };

export interface CallDeskOptions {
  readonly config: PageConfig;
  readonly account: MatrixAccount;
  /** Where spans of calls go; nowhere when absent. */
  readonly tracer: Tracer | undefined;
  /** Whether the person wants what is said to be kept, asked at each call. */
  readonly keepsTranscript: () => boolean;
  /** Whether an oracle may remember the call, asked at each; what was wished for one call is over when that is put away. */
  readonly memory: Pick<MemoryPreference, 'remembers' | 'forgetWish'>;
}

/** What the desk shows: whom it would call, and the call in progress or the last one. */
export interface Desk {
  readonly oracleDid: string;
  readonly readiness: 'preparing' | 'ready' | 'failed';
  /** In progress, or the last one. A new object here for each of its states. */
  readonly call: OracleCall | undefined;
  /** What went wrong last: in preparing, in the call, or in something that the person asked for. */
  readonly error: OracleCallError | undefined;
  /** The oracle's keys changed without its word, and a person has to decide. */
  readonly keyChange: ShownKeyChange | undefined;
  readonly liveAt: number | undefined;
  readonly endedAt: number | undefined;
  /** Sealed sound has flowed in the call; what is known of its security says so only while it is live. */
  readonly wasEncrypted: boolean;
  /** What becomes of the call's transcript. `off`: the person had not agreed when the call was placed. */
  readonly transcript: 'off' | 'keeping' | 'kept' | 'lost';
  /** A reload interrupted a call that the next one would continue. */
  readonly offersResume: boolean;
}

/** Places calls, one at a time, and keeps what the page says of them. It lives as long as the account is signed in; React only reads it. */
export class CallDesk extends Store<Desk> {
  readonly calls: OracleCalls;
  readonly #keepsTranscript: () => boolean;
  readonly #memory: CallDeskOptions['memory'];
  #statistics = NO_STATISTICS;
  /** By speaker and segment. */
  readonly #captions = new Map<string, ShownCaption>();
  #clickedAt: number | undefined;

  constructor({ config, account, tracer, keepsTranscript, memory }: CallDeskOptions) {
    const calls = createOracleCalls({
      matrixClient: account.client,
      // A device that has never called rings for the page's own oracle too.
      oracleDid: config.oracleDid,
      e2eeWorker: () => new Worker(scriptAddress(frameWorkerUrl), { type: 'module' }),
      didResolverUrl: config.didResolverUrl,
      allowPrivateAddresses: isDevelopment(config),
      tracer,
    });
    super({
      ...NOTHING_YET,
      oracleDid: config.oracleDid,
      call: undefined,
      readiness: 'preparing',
      offersResume: calls.interruptedCall() !== undefined,
    });
    this.calls = calls;
    this.#keepsTranscript = keepsTranscript;
    this.#memory = memory;
    void this.choose(config.oracleDid);
  }

  /** What scripts see. */
  get shownToScripts(): OracleCallsPage {
    const { call, error, readiness } = this.value;
    const idle = error !== undefined ? 'error' : readiness === 'preparing' ? 'signing-in' : 'ready';
    return {
      state: call === undefined ? idle : pageStateOf(call.state),
      callId: call?.callId,
      callStatus: callStatusOf(call),
      clickedAt: this.#clickedAt,
      timelineMs: call?.timeline ?? {},
      errorCode: error?.code,
      endReason: call?.state.kind === 'Ended' ? call.state.reason : undefined,
      security: call?.security,
      captions: [...this.#captions.values()],
      statistics: () => this.#readStatistics(),
    };
  }

  /** Turns to an oracle and does ahead of a call what does not need one. */
  async choose(oracleDid: string): Promise<void> {
    this.#show({ oracleDid, readiness: 'preparing', error: undefined, keyChange: undefined });
    let failure: Partial<Desk> = {};
    try {
      await this.calls.prepare({ oracleDid });
    } catch (error) {
      failure = failureOf(error);
    }
    // Another was chosen meanwhile.
    if (this.value.oracleDid !== oracleDid) return;
    this.#show({ readiness: failure.error === undefined ? 'ready' : 'failed', ...failure });
  }

  /** Places a call. Call it from a click, or the browser may not play. */
  place(type: 'audio' | 'video', oracleDid = this.value.oracleDid, conversation?: string): void {
    this.#clickedAt = performance.timeOrigin + performance.now();
    this.#statistics = NO_STATISTICS;
    // A conversation is gone on with where somebody calls again from it.
    const sessionId = conversation ?? this.calls.interruptedCall()?.sessionId;
    const keepsTranscript = this.#keepsTranscript();
    const remembers = this.#memory.remembers(oracleDid);
    this.#show({ ...NOTHING_YET, oracleDid, call: undefined });
    try {
      this.#follow(this.calls.callOracle({ type, oracleDid, sessionId, keepsTranscript, remembers }), keepsTranscript);
    } catch (error) {
      // The DID is the only thing that can be wrong here.
      this.#show(
        failureOf(codeOf(error) === 'ERR_PROTOCOL_MALFORMED' ? new OracleCallError('ERR_DID_MALFORMED') : error),
      );
    }
  }

  /** Answers an oracle that rings. Call it from a click, or the browser may not play. @throws as `Rings.accept` */
  answer(ring: Ring): void {
    this.#clickedAt = performance.timeOrigin + performance.now();
    this.#statistics = NO_STATISTICS;
    const keepsTranscript = this.#keepsTranscript();
    const remembers = this.#memory.remembers(ring.oracleDid);
    this.#follow(this.calls.rings.accept(ring, { keepsTranscript, remembers }), keepsTranscript);
  }

  hangUp(): void {
    void this.value.call?.endCall();
  }

  compared(isSame: boolean): Promise<void> {
    return this.attempt(() => this.value.call?.confirmComparisonCode(isSame));
  }

  /** A person has decided; what the document shows now must be what they saw. */
  async acceptKeys(): Promise<void> {
    const { oracleDid, keyChange } = this.value;
    if (keyChange === undefined) return;
    await this.#accept(() => this.calls.acceptChangedKeys({ oracleDid, expected: keyChange.expected }));
  }

  /** A person has decided that the oracle's account is still the oracle's. */
  async acceptIdentity(): Promise<void> {
    const { oracleDid } = this.value;
    await this.#accept(() => this.calls.approveChangedIdentity({ oracleDid }));
  }

  /** Something that a person asked for in a call; its failure is told and ends nothing. */
  async attempt(act: () => Promise<void> | undefined): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.#show(failureOf(error));
    }
  }

  /** Away from the last call, or from what went wrong. */
  dismiss(): void {
    if (this.value.call !== undefined && this.value.call.state.kind !== 'Ended') return;
    this.#memory.forgetWish();
    this.#show({ ...NOTHING_YET, call: undefined });
  }

  close(): Promise<void> {
    return this.calls.close();
  }

  async #accept(decide: () => Promise<unknown>): Promise<void> {
    try {
      await decide();
    } catch (error) {
      this.#show(failureOf(error));
      return;
    }
    await this.choose(this.value.oracleDid);
  }

  #follow(call: OracleCall, keepsTranscript: boolean): void {
    const transcript = keepsTranscript ? 'keeping' : 'off';
    this.#captions.clear();
    this.#show({ ...NOTHING_YET, oracleDid: call.oracleDid, call, transcript });
    call.observe((notice) => {
      // One that has ended may still tell what became of its transcript, while the next is shown.
      if (this.value.call === call) this.#show(this.#told(notice));
    });
  }

  #told(notice: CallNotice): Partial<Desk> {
    switch (notice.kind) {
      case 'state':
        if (notice.state.kind === 'Live') return { liveAt: systemClock.now() };
        if (notice.state.kind !== 'Ended') return {};
        // The next call is to be as quick; what goes wrong here, that call will say.
        this.calls.prepare({ oracleDid: this.value.oracleDid }).catch(() => undefined);
        return { endedAt: systemClock.now() };
      case 'error':
        return failureOf(notice.error);
      case 'transcript':
        return { transcript: notice.state };
      case 'caption': {
        const { speaker, segment, text, isFinal } = notice;
        this.#captions.set(`${speaker} ${segment}`, { speaker, text, isFinal });
        return {};
      }
      case 'security':
        return notice.security.padlock === 'none' ? {} : { wasEncrypted: true };
      default:
        return {};
    }
  }

  async #readStatistics(): Promise<PageStatistics> {
    const statistics = await this.value.call?.statistics();
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

  #show(change: Partial<Desk>): void {
    this.set({ ...this.value, ...change, offersResume: this.calls.interruptedCall() !== undefined });
  }
}

const NOTHING_YET = {
  error: undefined,
  keyChange: undefined,
  liveAt: undefined,
  endedAt: undefined,
  wasEncrypted: false,
  transcript: 'off',
} as const;

function failureOf(cause: unknown): Pick<Desk, 'error' | 'keyChange'> {
  const error = toOracleCallError(cause);
  return { error, keyChange: keyChangeOf(error) };
}
