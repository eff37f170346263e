import { silentLogger } from '@oracle-calls/protocol';
import type { CallId, EndReason, Logger, OracleCallError, SecretBytes } from '@oracle-calls/protocol';
import type { ComparisonCode } from '@oracle-calls/protocol/comparison-code';
import type { DataPayload } from '@oracle-calls/protocol/data-frame';
import type { ClaimResponse, KeyResponse } from '@oracle-calls/protocol/http';
import { HEARD_HERE } from '@oracle-calls/protocol/hearing';
import type { AgentLinkOptions } from '@oracle-calls/protocol/secure-link';
import { FakeClock } from '@oracle-calls/testing/clock';
import type { Conversation } from '../conversation/conversation.ts';
import type { MemorySettings } from '../memory/memory-settings.ts';
import type { TrustStore } from '../trust-store/trust-store.ts';
import type { BackendPort } from './backend/backend-port.ts';
import { CallJob } from './call-job.ts';
import { CallLog } from './call-log.ts';
import type { TrackEvidence } from '@oracle-calls/node-media/seat';
import type { TalkOptions } from './call-voice.ts';
import type { JobTelemetry } from '../telemetry/job-telemetry.ts';
import { JobTimeline } from './job-timeline.ts';
import type { AgentLinkPort } from './link/strict-link.ts';
import type {
  DroppedKind,
  MediaSeat,
  MutableSpeaker,
  OlderSeat,
  SeatEvents,
  SeatNotice,
  SeenPicture,
  PictureOutput,
  PictureSize,
  SfuSeat,
} from '@oracle-calls/node-media/seat';
import {
  CALL_ID,
  createIdentity,
  createSigner,
  scriptedResolver,
  sealCall,
  SFU_ROOM_NAME,
} from './signed-call.fixture.ts';

export const USER = 'u-1';

/** A seat that does what the test says, and writes down what is done to it. */
class FakeMediaSeat implements MediaSeat {
  readonly identity = 'a-1';
  readonly dropped: Readonly<Record<DroppedKind, number>> = {
    'other-topic': 0,
    stream: 0,
    transcription: 0,
    chat: 0,
    dtmf: 0,
  };
  readonly did: string[];
  readonly #name: string;
  joining: Promise<void> = Promise.resolve();
  joinFailure: OracleCallError | undefined;
  /** What a sample says; `undefined` when the room is gone. */
  evidence: readonly TrackEvidence[] | undefined = [];
  readonly #joined = Promise.withResolvers<void>();
  readonly joined = this.#joined.promise;
  #events: SeatEvents | undefined;
  #isClosed = false;

  readonly speaker: MutableSpeaker = {
    sampleRate: 48_000,
    queuedMs: 0,
    isMuted: false,
    level: () => 0,
    play: () => {
      if (this.did.at(-1) !== 'sound') this.did.push('sound');
      return Promise.resolve();
    },
    drained: () => Promise.resolve(),
    clear: () => undefined,
    setMuted: (isMuted) => void this.did.push(isMuted ? 'muted' : 'unmuted'),
  };

  constructor(did: string[], name: string) {
    this.did = did;
    this.#name = name;
  }

  async join(events: SeatEvents): Promise<void> {
    this.#events = events;
    await this.joining;
    if (this.joinFailure) throw this.joinFailure;
    events.onStage('connected');
    events.onStage('published');
    this.did.push(`${this.#name}joined`);
    this.#joined.resolve();
  }

  notice(notice: SeatNotice): void {
    this.#events?.observe(notice);
  }

  sampleEvidence(): Promise<readonly TrackEvidence[]> {
    if (this.evidence === undefined) return Promise.reject(new Error('not connected'));
    return Promise.resolve(this.evidence);
  }

  close(): Promise<void> {
    if (!this.#isClosed) this.did.push(`${this.#name}left`);
    this.#isClosed = true;
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

export class FakeSeat extends FakeMediaSeat implements SfuSeat {
  /** What the user shows. */
  shown: SeenPicture | undefined;
  /** Of the oracle, so far. */
  pictures = 0;
  readonly frameKeys: SfuSeat['frameKeys'] = {
    installReceiving: () => Promise.resolve(),
    switchSending: () => Promise.resolve(),
    retire: () => Promise.resolve(),
  };
  readonly sendFrame = (): Promise<void> => Promise.resolve();

  look(participantIdentity: string): Promise<SeenPicture | undefined> {
    this.did.push(`looked at ${participantIdentity}`);
    return Promise.resolve(this.shown);
  }

  showPicture(size: PictureSize): Promise<PictureOutput> {
    this.did.push('shows itself');
    return Promise.resolve({ ...size, isShown: true, show: () => void (this.pictures += 1) });
  }

  admit(participantIdentity: string): void {
    this.did.push(`admitted ${participantIdentity}`);
  }
}

export class FakeOlderSeat extends FakeMediaSeat implements OlderSeat {
  keyHex = '';

  admit(participantIdentity: string, callKey: SecretBytes): Promise<void> {
    this.keyHex = Buffer.from(callKey.expose()).toString('hex');
    this.did.push(`admitted ${participantIdentity}`);
    return Promise.resolve();
  }
}

/** The secure link, without keys: what it is told is written down, what it tells is the test's to say. */
export class FakeLink implements AgentLinkPort {
  readonly options: AgentLinkOptions;
  readonly did: string[];
  readonly sent: DataPayload[] = [];
  attempt: AgentLinkPort['attempt'];
  isClosed = false;

  constructor(options: AgentLinkOptions, did: string[]) {
    this.options = options;
    this.did = did;
  }

  begin({ attempt, userIdentity, agentIdentity }: Parameters<AgentLinkPort['begin']>[0]): Promise<void> {
    this.did.push(`offered ${attempt} from ${agentIdentity} to ${userIdentity}`);
    return Promise.resolve();
  }

  rekey(): Promise<void> {
    this.did.push('rekeyed');
    return Promise.resolve();
  }

  receive(_frame: Uint8Array, senderIdentity: string | undefined): void {
    this.did.push(`frame of ${senderIdentity}`);
  }

  send(payload: DataPayload): Promise<void> {
    this.sent.push(payload);
    return Promise.resolve();
  }

  close(): void {
    this.isClosed = true;
  }

  confirm(attempt: number, comparisonCode = '1234567890'): void {
    this.attempt = {
      attempt,
      userIdentity: USER,
      agentIdentity: 'a-1',
      comparisonCode: comparisonCode as ComparisonCode,
      hearing: this.options.handshake.hearing,
    };
    this.options.events.confirmed(this.attempt);
  }
}

/** A backend that knows one call. */
export class ScriptedBackend implements BackendPort {
  readonly reported: EndReason[] = [];
  refuseClaim: OracleCallError | undefined;
  refuseKey: OracleCallError | undefined;
  refuseReport: OracleCallError | undefined;
  key: KeyResponse;
  /** What the claim brings along. */
  memory: ClaimResponse['memory'];
  /** Every record that was kept. */
  readonly kept: Uint8Array[] = [];
  refuseMemory: OracleCallError | undefined;
  erasures = 0;

  constructor(key: KeyResponse) {
    this.key = key;
  }

  claim(): Promise<ClaimResponse> {
    if (this.refuseClaim) return Promise.reject(this.refuseClaim);
    return Promise.resolve({
      callId: CALL_ID,
      callType: 'audio',
      sessionId: 's-1',
      userIdentity: USER,
      language: 'en',
      memory: this.memory,
    });
  }

  fetchKey(): Promise<KeyResponse> {
    return this.refuseKey ? Promise.reject(this.refuseKey) : Promise.resolve(this.key);
  }

  keepMemory(_callId: CallId, record: Uint8Array): Promise<void> {
    if (this.refuseMemory) return Promise.reject(this.refuseMemory);
    this.kept.push(record);
    return Promise.resolve();
  }

  eraseMemory(): Promise<void> {
    this.erasures += 1;
    return Promise.resolve();
  }

  endCall(_callId: CallId, endReason: EndReason): Promise<void> {
    if (this.refuseReport) return Promise.reject(this.refuseReport);
    this.reported.push(endReason);
    return Promise.resolve();
  }
}

/** A trust store to which every key is the known one, and which counts. No user of the older protocol has signed before. */
function fakeTrust(): TrustStore {
  let last = 0;
  return {
    userKeys: {
      judge: ({ presented }) => {
        const { did, signingKey } = presented;
        const publicKeyHex = Buffer.from(signingKey.publicKey).toString('hex');
        return { kind: 'same', pin: { v: 1, did, signingKey: { ...signingKey, publicKeyHex }, sequence: 0 } };
      },
      knows: () => false,
      list: () => [],
      accept: () => {
        throw new Error('nobody accepts here');
      },
    },
    usedContexts: { use: () => undefined },
    attempts: { next: (_callId, _until, _now, step) => (last += step ?? 1) },
    memories: {
      accept: () => undefined,
      learn: () => undefined,
      forget: () => undefined,
      next: () => ({ revision: (last += 1), erasedAt: 0 }),
      kept: () => undefined,
    },
    [Symbol.dispose]: () => undefined,
  };
}

export interface JobScene {
  readonly job: CallJob;
  readonly seat: FakeSeat;
  readonly olderSeat: FakeOlderSeat;
  readonly backend: ScriptedBackend;
  readonly trust: TrustStore;
  readonly clock: FakeClock;
  readonly logged: string[];
  /** What the conversation was told, in order. */
  readonly talk: string[];
  /** What the conversation was started with. */
  started: TalkOptions | undefined;
  /** The secure link, once there is one. */
  link: FakeLink | undefined;
  isOver: boolean;
  breakConversation(): void;
  /** Waits until the call is set up, or the job is over. */
  setUp(): Promise<void>;
}

export interface SceneParts {
  readonly seat: FakeSeat;
  readonly backend: ScriptedBackend;
  readonly trust: TrustStore;
}

export interface SceneOptions {
  readonly script?: (parts: SceneParts) => void;
  readonly olderProtocol?: 'refuse' | 'allow';
  readonly telemetry?: JobTelemetry;
  /** How the oracle remembers; not at all when absent. */
  readonly memory?: MemorySettings;
  /** Keeps the conversation from starting, with this error. */
  readonly conversationFailure?: Error;
  /** Instead of a conversation: what starting one leads to. */
  readonly conversationStart?: (signal: AbortSignal) => Promise<Conversation>;
}

export const IDENTITY = createIdentity();
export const SIGNED = await sealCall({ oracle: IDENTITY.keys, signer: createSigner() });

/** A job with everything around it scripted: 15 s of grace, an hour at most. */
export function startJob(options: SceneOptions = {}): JobScene {
  const { script, conversationFailure, conversationStart, olderProtocol = 'refuse' } = options;
  const clock = new FakeClock();
  const did: string[] = [];
  // Opening an envelope takes as long as the machine needs, which no fake clock shortens: tests wait for what follows it.
  const isSetUp = Promise.withResolvers<void>();
  const seat = new FakeSeat(did, '');
  const olderSeat = new FakeOlderSeat(did, 'older ');
  const backend = new ScriptedBackend(SIGNED);
  const trust = fakeTrust();
  script?.({ seat, backend, trust });
  const logged: string[] = [];
  const keep = (message: string, fields: object = {}): void => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const plain: Logger = { ...silentLogger, info: keep, warn: keep, error: keep };
  const talk: string[] = [];
  const say = (what: string): Promise<void> => {
    talk.push(what);
    return Promise.resolve();
  };
  const conversation: Conversation = {
    hear: () => say('hears'),
    write: (text) => say(`reads ${text}`),
    interrupt: () => say('is interrupted'),
    fallSilent: () => say('falls silent'),
    close: () => say('closes'),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const job = new CallJob({
    ticket: 'ticket-12345678901234567890',
    sfuRoomName: SFU_ROOM_NAME,
    identity: IDENTITY,
    olderProtocol,
    trust,
    resolver: scriptedResolver(),
    backend,
    openSeat: () => seat,
    openOlderSeat: () => olderSeat,
    timeline: new JobTimeline(clock, (stage, at) => options.telemetry?.reached(stage, at)),
    telemetry: options.telemetry,
    memorySettings: () => Promise.resolve(options.memory),
    clock,
    log: new CallLog(plain),
    graceMs: 15_000,
    maxCallMs: 3_600_000,
    rekeyIntervalMs: 900_000,
    hearing: HEARD_HERE,
    createLink: (linkOptions) => {
      scene.link = new FakeLink(linkOptions, did);
      isSetUp.resolve();
      return scene.link;
    },
    startConversation: (started) => {
      scene.started = started;
      const { sessionId, language } = started.context;
      talk.push(`starts in ${sessionId} (${language ?? 'no language'})`);
      if (conversationStart !== undefined) return conversationStart(started.signal);
      return conversationFailure ? Promise.reject(conversationFailure) : Promise.resolve(conversation);
    },
  });
  const scene: JobScene = {
    job,
    seat,
    olderSeat,
    backend,
    trust,
    clock,
    logged,
    talk,
    started: undefined,
    link: undefined,
    isOver: false,
    breakConversation: () => scene.started?.onFailed(new Error('broke')),
    async setUp() {
      await isSetUp.promise;
      await clock.settle();
    },
  };
  void olderSeat.joined.then(() => isSetUp.resolve());
  void job.done.then(() => {
    scene.isOver = true;
    isSetUp.resolve();
  });
  return scene;
}
