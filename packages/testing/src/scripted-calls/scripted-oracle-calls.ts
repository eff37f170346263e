import {
  didSchema,
  OracleCallError,
  parseDid,
  parseMatrixEventId,
  parseWith,
  type CallType,
  type Clock,
} from '@oracle-calls/protocol';
import type {
  AcceptOptions,
  CallRequest,
  CancelOptions,
  InterruptedCall,
  KeyChange,
  OracleCall,
  OracleCalls,
  OracleFacts,
  OracleName,
  Ring,
  RingStatus,
  Rings,
} from '@oracle-calls/sdk';
import { Observers } from '@oracle-calls/sdk/core';
import { ScriptedCall } from './scripted-call.ts';
import { ScriptedDevices } from './scripted-devices.ts';
import { ScriptedHistory } from './scripted-history.ts';
import { ScriptedMemory } from './scripted-memory.ts';

/** Whom calls go to that name no other. */
export const SCRIPTED_ORACLE = parseDid('did:web:oracle.example.org');

/** An oracle lets it ring this long. */
const RING_MS = 45_000;

/** Oracles that ring when the test says so. */
export class ScriptedRings implements Rings {
  readonly #observers = new Observers<Ring>();
  readonly #place: (request: CallRequest) => ScriptedCall;
  readonly #clock: Clock;
  #current: Ring | undefined;
  #rung = 0;

  constructor(clock: Clock, place: (request: CallRequest) => ScriptedCall) {
    this.#clock = clock;
    this.#place = place;
  }

  get current(): Ring | undefined {
    return this.#current;
  }

  /** An oracle rings. */
  ring(ring: Partial<Ring> = {}): Ring {
    this.#rung += 1;
    const current: Ring = {
      ringEventId: parseMatrixEventId(`$ring${this.#rung}`),
      oracleDid: SCRIPTED_ORACLE,
      type: 'audio',
      sessionId: undefined,
      reason: undefined,
      lapsesAt: this.#clock.now() + RING_MS,
      status: 'ringing',
      ...ring,
    };
    this.#current = current;
    this.#observers.tell(current);
    return current;
  }

  /** The ring that waits goes on so. */
  settle(status: Exclude<RingStatus, 'ringing'>): void {
    if (this.#current === undefined) return;
    const settled = { ...this.#current, status };
    this.#current = undefined;
    this.#observers.tell(settled);
  }

  observe(listener: (ring: Ring) => void): Disposable {
    return this.#observers.observe(listener);
  }

  accept(
    { ringEventId, oracleDid, type, sessionId }: Ring,
    { keepsTranscript, remembers }: AcceptOptions = {},
  ): ScriptedCall {
    if (this.#current?.ringEventId !== ringEventId) throw new OracleCallError('ERR_CALL_ENDED');
    const call = this.#place({ oracleDid, type, sessionId, ringEventId, keepsTranscript, remembers });
    this.settle('accepted');
    return call;
  }

  async decline({ ringEventId }: Ring): Promise<void> {
    if (this.#current?.ringEventId === ringEventId) this.settle('declined');
  }
}

/** An `OracleCalls` that goes as the test says: for what is built on the SDK, such as hooks and pages. */
export class ScriptedOracleCalls implements OracleCalls {
  /** Every call that was placed, oldest first. */
  readonly placed: ScriptedCall[] = [];
  /** What each was asked for with. */
  readonly requests: CallRequest[] = [];
  readonly prepared: string[] = [];
  /** Oracles that can be looked up. */
  readonly oracles: OracleFacts[] = [];
  readonly devices = new ScriptedDevices();
  readonly history = new ScriptedHistory();
  readonly memory = new ScriptedMemory();
  readonly rings: ScriptedRings;
  interrupted: InterruptedCall | undefined;
  readonly #observers = new Observers<OracleCall>();
  #current: ScriptedCall | undefined;

  constructor(clock: Clock) {
    this.rings = new ScriptedRings(clock, (request) => this.callOracle(request));
  }

  get currentCall(): ScriptedCall | undefined {
    return this.#current;
  }

  /** The call that was placed last. @throws {TypeError} when there is none */
  get last(): ScriptedCall {
    const last = this.placed.at(-1);
    if (last === undefined) throw new TypeError('No call was placed.');
    return last;
  }

  async prepare({ oracleDid }: { readonly oracleDid: string }): Promise<void> {
    this.prepared.push(oracleDid);
  }

  async lookUpOracle(name: OracleName): Promise<OracleFacts> {
    const found = this.oracles.find(({ oracleDid, matrixUserId }) =>
      'oracleDid' in name ? oracleDid === name.oracleDid : matrixUserId === name.matrixUserId,
    );
    if (found === undefined) {
      throw new OracleCallError('oracleDid' in name ? 'ERR_DID_NOT_RESOLVED' : 'ERR_DID_UNPUBLISHED');
    }
    return found;
  }

  callOracle(asked: CallType | CallRequest, { signal }: CancelOptions = {}): ScriptedCall {
    signal?.throwIfAborted();
    const request: CallRequest = typeof asked === 'string' ? { type: asked } : asked;
    const oracleDid = request.oracleDid === undefined ? SCRIPTED_ORACLE : parseWith(didSchema, request.oracleDid);
    if (this.#current !== undefined) throw new OracleCallError('ERR_CALL_IN_PROGRESS');
    const { type, sessionId = `session-${this.placed.length + 1}`, remembers = true } = request;
    const call = new ScriptedCall({ type, oracleDid, sessionId, remembers });
    this.requests.push(request);
    this.placed.push(call);
    this.#current = call;
    signal?.addEventListener('abort', () => void call.endCall(), { once: true });
    void call.whenEnded().then(() => {
      if (this.#current === call) this.#current = undefined;
    });
    this.#observers.tell(call);
    call.enter({ kind: 'Connecting', callId: undefined, awaiting: ['event', 'sfu', 'oracle'] });
    return call;
  }

  observe(listener: (call: OracleCall) => void): Disposable {
    return this.#observers.observe(listener);
  }

  async acceptChangedKeys(): Promise<KeyChange> {
    throw new OracleCallError('ERR_KEY_CHANGED');
  }

  async approveChangedIdentity(): Promise<void> {
    throw new OracleCallError('ERR_MATRIX_CROSS_SIGNING');
  }

  async markVerified({ oracleDid }: { readonly oracleDid: string }): Promise<void> {
    if (this.#current?.oracleDid === oracleDid) await this.#current.confirmComparisonCode(true);
  }

  interruptedCall(): InterruptedCall | undefined {
    return this.#current === undefined ? this.interrupted : undefined;
  }

  async close(): Promise<void> {
    await this.#current?.endCall();
    this.#observers.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
