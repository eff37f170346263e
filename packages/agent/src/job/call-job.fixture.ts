import {
  createCallKey,
  didSchema,
  parseCallId,
  parseSfuRoomName,
  parseWith,
  silentLogger,
} from '@oracle-calls/protocol';
import type { CallId, EndReason, Logger, OracleCallError } from '@oracle-calls/protocol';
import { createOracleKeyPair, sealEnvelope } from '@oracle-calls/protocol/envelope';
import type { ClaimResponse, KeyResponse } from '@oracle-calls/protocol/http';
import { FakeClock } from '@oracle-calls/testing/clock';
import type { Conversation } from '../conversation/conversation.ts';
import type { BackendPort } from './backend/backend-port.ts';
import { CallJob } from './call-job.ts';
import { CallLog } from './call-log.ts';
import type { TrackEvidence } from './call-statistics.ts';
import { JobTimeline } from './job-timeline.ts';
import type { AdmittedUser, MutableSpeaker, SeatNotice, SfuSeat } from './sfu/sfu-seat.ts';

const sfuRoomName = parseSfuRoomName('lk-1');
const callId: CallId = parseCallId('$event@lk-1');
const oracleDid = parseWith(didSchema, 'did:example:oracle');

/** A seat that does what the test says, and writes down what is done to it. */
export class FakeSeat implements SfuSeat {
  readonly did: string[] = [];
  admitted: AdmittedUser | undefined;
  sendKeyHex = '';
  joining: Promise<void> = Promise.resolve();
  joinFailure: OracleCallError | undefined;
  /** What a sample says; `undefined` when the room is gone. */
  evidence: readonly TrackEvidence[] | undefined = [];
  #observe: ((notice: SeatNotice) => void) | undefined;
  #isClosed = false;

  readonly speaker: MutableSpeaker = {
    sampleRate: 48_000,
    queuedMs: 0,
    play: () => {
      if (this.did.at(-1) !== 'sound') this.did.push('sound');
      return Promise.resolve();
    },
    drained: () => Promise.resolve(),
    clear: () => undefined,
    setMuted: (isMuted) => void this.did.push(isMuted ? 'muted' : 'unmuted'),
  };

  async join(onStage: (stage: 'connected' | 'published') => void): Promise<void> {
    await this.joining;
    if (this.joinFailure) {
      // Later than the claim and the key, as it is in life.
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      throw this.joinFailure;
    }
    onStage('connected');
    onStage('published');
    this.did.push('joined');
  }

  admit(user: AdmittedUser, observe: (notice: SeatNotice) => void): void {
    this.admitted = user;
    this.sendKeyHex = Buffer.from(user.sendKey.expose()).toString('hex');
    this.#observe = observe;
    this.did.push('admitted');
  }

  notice(notice: SeatNotice): void {
    this.#observe?.(notice);
  }

  sampleEvidence(): Promise<readonly TrackEvidence[]> {
    if (this.evidence === undefined) return Promise.reject(new Error('not connected'));
    return Promise.resolve(this.evidence);
  }

  close(): Promise<void> {
    if (!this.#isClosed) this.did.push('left');
    this.#isClosed = true;
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** A backend that knows one call. */
export class ScriptedBackend implements BackendPort {
  readonly reported: EndReason[] = [];
  refuseClaim: OracleCallError | undefined;
  refuseKey: OracleCallError | undefined;
  refuseReport: OracleCallError | undefined;
  key: KeyResponse;

  constructor(key: KeyResponse) {
    this.key = key;
  }

  claim(): Promise<ClaimResponse> {
    if (this.refuseClaim) return Promise.reject(this.refuseClaim);
    return Promise.resolve({ callId, callType: 'audio', sessionId: 's-1', userIdentity: 'u-1', language: 'en' });
  }

  fetchKey(): Promise<KeyResponse> {
    return this.refuseKey ? Promise.reject(this.refuseKey) : Promise.resolve(this.key);
  }

  endCall(_callId: CallId, endReason: EndReason): Promise<void> {
    if (this.refuseReport) return Promise.reject(this.refuseReport);
    this.reported.push(endReason);
    return Promise.resolve();
  }
}

export interface JobScene {
  readonly job: CallJob;
  readonly seat: FakeSeat;
  readonly backend: ScriptedBackend;
  readonly clock: FakeClock;
  readonly logged: string[];
  /** What the conversation was told, in order. */
  readonly talk: string[];
  breakConversation(): void;
}

export interface SceneOptions {
  readonly script?: (parts: { readonly seat: FakeSeat; readonly backend: ScriptedBackend }) => void;
  /** Keeps the conversation from starting, with this error. */
  readonly conversationFailure?: Error;
  /** Instead of a conversation: what starting one leads to. */
  readonly conversationStart?: (signal: AbortSignal) => Promise<Conversation>;
}

/** A job with everything around it scripted: 15 s of grace, an hour at most. */
export function startJob({ script, conversationFailure, conversationStart }: SceneOptions = {}): JobScene {
  const clock = new FakeClock();
  const seat = new FakeSeat();
  const { privateKey, publicKey } = createOracleKeyPair();
  using callKey = createCallKey();
  const backend = new ScriptedBackend({
    encryptionKey: sealEnvelope({ callKey, recipientPublicKey: publicKey }),
    userDid: parseWith(didSchema, 'did:example:user'),
    oracleDid,
  });
  script?.({ seat, backend });
  const logged: string[] = [];
  const keep = (message: string, fields: object = {}): void => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const plain: Logger = { ...silentLogger, info: keep, warn: keep, error: keep };
  const log = new CallLog(plain);
  const talk: string[] = [];
  let onFailed: (cause: unknown) => void = () => undefined;
  const say = (what: string): Promise<void> => {
    talk.push(what);
    return Promise.resolve();
  };
  const conversation: Conversation = {
    hear: () => say('hears'),
    fallSilent: () => say('falls silent'),
    close: () => say('closes'),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const job = new CallJob({
    ticket: 'ticket-12345678901234567890',
    sfuRoomName,
    oracleDid,
    oracleKey: privateKey,
    backend,
    seat,
    timeline: new JobTimeline(clock),
    clock,
    log,
    graceMs: 15_000,
    maxCallMs: 3_600_000,
    startConversation: (context, failed, signal) => {
      onFailed = failed;
      talk.push(`starts in ${context.sessionId} (${context.language ?? 'no language'})`);
      if (conversationStart !== undefined) return conversationStart(signal);
      return conversationFailure ? Promise.reject(conversationFailure) : Promise.resolve(conversation);
    },
  });
  return { job, seat, backend, clock, logged, talk, breakConversation: () => onFailed(new Error('broke')) };
}
