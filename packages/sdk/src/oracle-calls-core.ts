import {
  CALL_TYPES,
  didSchema,
  matrixEventIdSchema,
  OracleCallError,
  parseWith,
  codeOf,
  sessionIdSchema,
  type CallType,
  type Clock,
  type Did,
  type Logger,
} from '@oracle-calls/protocol';
import type { CallSigner } from '@oracle-calls/protocol/signing';
import type { Tracer } from '@oracle-calls/protocol/trace';
import type { MatrixPort } from '@oracle-calls/matrix';
import * as v from 'valibot';
import type { BackendClient } from './backend-client/backend-client.ts';
import type { CallDeps } from './call/call-deps.ts';
import { CallDriver } from './call/call-driver.ts';
import { loadOracleSide } from './call/call-parts.ts';
import type { CallOptions, OracleCall } from './call/oracle-call.ts';
import { TEAR_DOWN_MS } from './call/tear-down.ts';
import type { Devices } from './devices/devices.ts';
import type { DevicesPort } from './devices/devices-port.ts';
import type { CallHistory } from './history/call-history.ts';
import { keepTranscript, type KeptTranscript } from './history/keep-transcript.ts';
import type { SfuPort } from './media/sfu-port.ts';
import type { KeyPinStore } from './key-pins/key-pin-store.ts';
import type { AcceptedKeys, KeyFingerprints } from './key-pins/key-rules.ts';
import { KnownKeys, type loadKeyRules } from './key-pins/known-keys.ts';
import type { OracleFacts, OracleName } from './oracle/look-up-oracle.ts';
import type { OracleMemory } from './memory/oracle-memory.ts';
import { Observers } from './observers/observers.ts';
import { OracleDirectory, type ResolveOracle } from './oracle/oracle-directory.ts';
import {
  endRecordAsReplaced,
  InterruptedCalls,
  type InterruptedCall,
  type TabStorage,
} from './session/interrupted-calls.ts';
import { createLazyRings } from './ringing/lazy-rings.ts';
import type { Rings } from './ringing/rings.ts';
import type { StrictProtocol } from './strict/strict-protocol.ts';
import { withDeadline } from './waiting/abortable.ts';

export interface OracleCallsCoreDeps {
  /** Whom `callOracle` calls when it is not told. */
  readonly oracleDid?: string | undefined;
  readonly matrix: MatrixPort;
  readonly sfu: SfuPort;
  readonly devices: DevicesPort;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where spans of calls go; nowhere when absent. */
  readonly tracer?: Tracer | undefined;
  readonly resolveOracle: ResolveOracle;
  /** Makes the client of one backend; asked once per address. */
  readonly createBackendClient: (backendUrl: string) => BackendClient;
  /** Who signs calls: the user's DID is its DID. */
  readonly signer: () => Promise<CallSigner>;
  /** Pins of oracles' keys, of this account. */
  readonly keyPins: KeyPinStore;
  readonly loadProtocol: () => Promise<StrictProtocol>;
  readonly loadKeyRules?: typeof loadKeyRules | undefined;
  readonly loadOracleSide?: typeof loadOracleSide | undefined;
  readonly tabStorage: TabStorage | undefined;
}

/** A call as it is asked for. */
export type CallRequest = Omit<CallOptions, 'oracleDid'> & {
  /** The oracle that these calls were made for unless told. */
  readonly oracleDid?: string | undefined;
};

export interface CancelOptions {
  readonly signal?: AbortSignal | undefined;
}

/** What a person decided by accepting changed keys. */
export type KeyChange = Pick<AcceptedKeys, 'previous' | 'current'>;

/** Calls to oracles from one Matrix account in one page. */
export interface OracleCalls extends AsyncDisposable {
  /**
   * Does ahead of the click what does not need it: resolves the oracle, finds or makes the encrypted room and shares its
   * session, signs in to the backend, loads the frame cryptor and the protocol's curves. A failure of a warm-up is no failure of a later call.
   *
   * @throws {OracleCallError} when the oracle or its room cannot be had, or its keys have changed; aborts rethrow `signal.reason`.
   */
  prepare(options: { readonly oracleDid: string }, cancel?: CancelOptions): Promise<void>;
  /**
   * Finds an oracle by its DID or its Matrix id and says what is proved about it. Nothing is kept and nobody is told.
   *
   * @throws {OracleCallError} `ERR_DID_*` (`ERR_DID_ACCOUNT`: the DID's document names another account than the one asked for), `ERR_KEY_*`
   */
  lookUpOracle(name: OracleName, cancel?: CancelOptions): Promise<OracleFacts>;
  /**
   * Places a call. Returns at once; the call's state says how it goes. Call it from a click, or the browser may not play.
   * An abort at any time ends the call. The type alone (`callOracle('audio')`) calls the oracle that these calls were made for.
   *
   * @throws {OracleCallError} `ERR_CALL_IN_PROGRESS`, `ERR_PROTOCOL_MALFORMED`; an abort that has happened rethrows its reason.
   */
  callOracle(call: CallType | CallRequest, cancel?: CancelOptions): OracleCall;
  /**
   * Accepts the keys and the Matrix account that an oracle shows right now, after a call ended as `ERR_KEY_CHANGED` or `ERR_KEY_ROTATION`. Call it only when a person said
   * so, having asked the oracle's operator over another channel: the old keys are forgotten. With `expected`, the fingerprints that the
   * person was shown (they stand in the error's `details`), keys that have changed again are refused.
   *
   * @throws {OracleCallError} `ERR_DID_*`, `ERR_KEY_CHANGED` when the keys are not those expected, `ERR_KEY_ROTATION` for an unreadable rotation
   */
  acceptChangedKeys(
    options: { readonly oracleDid: string; readonly expected?: KeyFingerprints | undefined },
    cancel?: CancelOptions,
  ): Promise<KeyChange>;
  /**
   * Takes the present Matrix identity of an oracle's account as the oracle's, after a call ended as `ERR_MATRIX_IDENTITY_CHANGED`. Call it only
   * when a person said so, having asked the oracle's operator over another channel: whoever took the account over looks the same. Its keys are judged
   * as before, and no room or message is touched.
   *
   * @throws {OracleCallError} `ERR_DID_*`, `ERR_KEY_*` when the oracle's keys do not stand, `ERR_MATRIX_CROSS_SIGNING` when the account has no identity
   */
  approveChangedIdentity(options: { readonly oracleDid: string }, cancel?: CancelOptions): Promise<void>;
  /**
   * Records that a person compared the code of a call with this oracle, under the keys that are pinned now. A call in progress is then
   * `verified` too.
   *
   * @throws {OracleCallError} `ERR_KEY_CHANGED` when no keys of this oracle are pinned
   */
  markVerified(options: { readonly oracleDid: string }): Promise<void>;
  /** Microphones, cameras and speakers, and which of them calls use. */
  readonly devices: Devices;
  /** Calls of the past, and what was said in them. */
  readonly history: CallHistory;
  /** What oracles remember of this account from call to call. */
  readonly memory: OracleMemory;
  /** Calls of oracles to this account. Nobody listens for them before the first `observe`. */
  readonly rings: Rings;
  /** The call in progress. */
  readonly currentCall: OracleCall | undefined;
  /** Hears of every call that is placed from now on, whoever placed it, before the call's first notice. Dispose to stop. */
  observe(listener: (call: OracleCall) => void): Disposable;
  /**
   * The call that a reload of this tab interrupted, while it is worth offering to resume. Resuming is a new `callOracle` with its `sessionId`; it
   * ends the old one as `replaced`.
   */
  interruptedCall(): InterruptedCall | undefined;
  /** Ends the call in progress and frees everything. Idempotent. */
  close(): Promise<void>;
}

const callOptionsSchema = v.object({
  type: v.picklist(CALL_TYPES),
  oracleDid: didSchema,
  sessionId: v.optional(sessionIdSchema),
  agentVoice: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,64}$/, 'a voice name'))),
  language: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}$/, 'a language tag'))),
  ringEventId: v.optional(matrixEventIdSchema),
  remembers: v.optional(v.boolean()),
});

/** The SDK without a browser: everything of the world is a port. Applications use `createOracleCalls`. */
export function createOracleCallsCore(deps: OracleCallsCoreDeps): OracleCalls & { pageHidden(): void } {
  const { matrix, sfu, clock, logger } = deps;
  const knownKeys = new KnownKeys(deps.keyPins, deps.loadKeyRules);
  const directory = new OracleDirectory(deps.resolveOracle, knownKeys, clock);
  const interrupted = new InterruptedCalls(deps.tabStorage, clock);
  const backends = new Map<string, BackendClient>();
  /** SFUs by backend, as the last call was told: a later call opens the connection ahead. */
  const sfuUrls = new Map<string, string>();
  const closing = new AbortController();
  const observers = new Observers<OracleCall>();
  const transcripts = new Set<KeptTranscript>();
  let current: CallDriver | undefined;

  const backendAt = (backendUrl: string): BackendClient => {
    const backend = backends.get(backendUrl) ?? deps.createBackendClient(backendUrl);
    backends.set(backendUrl, backend);
    return backend;
  };
  const callDeps: CallDeps = {
    ...deps,
    loadOracleSide: deps.loadOracleSide ?? loadOracleSide,
    backendAt,
    interrupted,
    knownKeys,
    sfuSeen: (backendUrl, sfuUrl) => void sfuUrls.set(backendUrl, sfuUrl),
    findOracle: (did, signal) => directory.find(did, signal),
  };

  const replace = async (old: InterruptedCall): Promise<void> => {
    const results = await withDeadline(clock, TEAR_DOWN_MS, (bound) => {
      const signal = AbortSignal.any([bound, closing.signal]);
      return Promise.allSettled([
        endRecordAsReplaced(matrix, old, { clock, signal }),
        (async () => backendAt(old.backendUrl).endCall(old.callId, 'replaced', { signal }))(),
      ]);
    });
    for (const result of results) {
      if (result.status === 'fulfilled') continue;
      logger.warn('the interrupted call was not ended', { code: codeOf(result.reason) });
    }
    interrupted.forget(old.callId);
  };

  const keep = (call: CallDriver): void => {
    const oracleUserId = async (did: Did, signal: AbortSignal) => (await directory.look(did, signal)).matrixUserId;
    const kept = keepTranscript(call, { matrix, clock, logger, oracleUserId });
    transcripts.add(kept);
    void kept.done.finally(() => transcripts.delete(kept));
  };

  /** Loaded when it is first asked for. */
  const loadHistory = async (): Promise<CallHistory> => {
    const { createCallHistory } = await import('./history/lazy-history.ts');
    const findOracle = directory.look.bind(directory);
    return createCallHistory({ matrix, logger, backendAt, closing: closing.signal, findOracle });
  };

  /** Loaded when it is first asked for. */
  const loadMemory = async (): Promise<OracleMemory> => {
    const { createOracleMemory } = await import('./memory/own-oracle-memory.ts');
    const findOracle = directory.look.bind(directory);
    const tellAgent = async (oracleDid: Did, sessionId = current?.sessionId): Promise<void> => {
      if (current?.oracleDid === oracleDid && current.sessionId === sessionId) await current.forgetMemory();
    };
    return createOracleMemory({ findOracle, backendAt, tellAgent, closing: closing.signal });
  };

  const rings = createLazyRings(matrix, async (tell) => {
    const { RingDesk } = await import('./ringing/ring-desk.ts');
    return new RingDesk({ ...deps, tell, directory, calls: core, closing: closing.signal });
  });

  const core: OracleCalls & { pageHidden(): void } = {
    rings,
    devices: deps.devices.choices,
    history: {
      list: async (...asked) => (await loadHistory()).list(...asked),
      transcript: async (...asked) => (await loadHistory()).transcript(...asked),
      delete: async (...asked) => (await loadHistory()).delete(...asked),
    },
    memory: {
      list: async (...asked) => (await loadMemory()).list(...asked),
      forget: async (...asked) => (await loadMemory()).forget(...asked),
    },
    get currentCall() {
      return current;
    },
    async prepare({ oracleDid }, { signal } = {}) {
      const did = parseWith(didSchema, oracleDid);
      const all = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]);
      sfu.prepare();
      const [oracle, protocol] = await Promise.all([
        directory.look(did, all),
        deps.loadProtocol(),
        callDeps.loadOracleSide(),
      ]);
      const sfuUrl = sfuUrls.get(oracle.backendUrl);
      if (sfuUrl !== undefined) sfu.prepare(sfuUrl);
      const warm = Promise.allSettled([
        backendAt(oracle.backendUrl).prepare({ signal: all }),
        deps.signer(),
        protocol.warmUp(oracle),
      ]);
      const room = await matrix.findOrCreateRoom(oracle.matrixUserId, { signal: all });
      await matrix.prepareToSend(room, { peer: oracle.matrixUserId, signal: all });
      for (const result of await warm) {
        if (result.status === 'rejected') logger.info('not warmed', { code: codeOf(result.reason) });
      }
      all.throwIfAborted();
    },
    async lookUpOracle(name, { signal } = {}) {
      const { lookUpOracle } = await import('./oracle/look-up-oracle.ts');
      const all = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]);
      return lookUpOracle({ matrix, directory }, name, all);
    },
    callOracle(call, { signal } = {}) {
      signal?.throwIfAborted();
      const request: CallRequest = typeof call === 'string' ? { type: call } : call;
      const parsed = parseWith(callOptionsSchema, { ...request, oracleDid: request.oracleDid ?? deps.oracleDid });
      if (closing.signal.aborted) throw new TypeError('These calls were closed.');
      if (current !== undefined) throw new OracleCallError('ERR_CALL_IN_PROGRESS');
      const old = interrupted.find();
      if (old !== undefined && old.userId === matrix.userId) void replace(old);
      const placed = new CallDriver(
        callDeps,
        { ...parsed, sessionId: parsed.sessionId ?? crypto.randomUUID() },
        signal,
      );
      current = placed;
      if (request.keepsTranscript === true) keep(placed);
      void placed.whenEnded().then(() => {
        if (current === placed) current = undefined;
        rings.lineChanged();
      });
      observers.tell(placed);
      placed.start();
      rings.lineChanged();
      return placed;
    },
    observe: (listener) =>
      observers.observe((call) => {
        try {
          listener(call);
        } catch {
          logger.error('an observer of calls threw');
        }
      }),
    async acceptChangedKeys({ oracleDid, expected }, { signal } = {}) {
      const did = parseWith(didSchema, oracleDid);
      const all = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]);
      const { previous, current: shown } = await directory.accept(did, all, expected);
      return { previous, current: shown };
    },
    async approveChangedIdentity({ oracleDid }, { signal } = {}) {
      const did = parseWith(didSchema, oracleDid);
      const all = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]);
      // The account is the one that the oracle's own document names, under keys that stand.
      const { matrixUserId } = await directory.look(did, all);
      await matrix.approveChangedIdentity(matrixUserId, { signal: all });
    },
    async markVerified({ oracleDid }) {
      const did = parseWith(didSchema, oracleDid);
      if (current?.oracleDid === did && current.security.comparisonCode !== undefined) {
        await current.confirmComparisonCode(true);
      } else {
        await knownKeys.setVerified(did, true);
      }
    },
    interruptedCall: () => (current === undefined ? interrupted.findRecent() : undefined),
    pageHidden() {
      interrupted.touch();
      for (const kept of transcripts) kept.pageHidden();
    },
    async close() {
      rings[Symbol.dispose]();
      await current?.endCall();
      await Promise.all([...transcripts].map(({ done }) => done));
      closing.abort(new OracleCallError('ERR_CALL_ENDED'));
      observers.clear();
      sfu.close();
    },
    async [Symbol.asyncDispose]() {
      await this.close();
    },
  };
  return core;
}
