import { OracleCallError } from '@oracle-calls/protocol';
import type { FrameKeys, SendFrame } from '@oracle-calls/protocol/secure-link';
import type {
  DisconnectCause,
  LocalTrack,
  NetworkSample,
  ParticipantKind,
  RemoteTrack,
  SfuConnection,
  SfuConnectOptions,
  SfuNotice,
  SfuPort,
  TrackStatistics,
} from '@oracle-calls/sdk';

/** What a fake connection is doing. */
export type FakeSfuPhase = 'new' | 'connecting' | 'connected' | 'closed';

/** A remote track whose loudness the test sets. */
export interface FakeRemoteTrack extends RemoteTrack {
  isPlaying: boolean;
  loudness: number;
}

export interface FakeFrameKey {
  readonly slot: number;
  readonly key: Uint8Array;
}

export interface SentFrame {
  readonly frame: Uint8Array<ArrayBuffer>;
  readonly participantIdentity: string;
}

/** One scripted stay in an SFU room. */
export class FakeSfuConnection implements SfuConnection {
  phase: FakeSfuPhase = 'new';
  /** What `connect` was given. */
  connectedWith: { readonly url: string; readonly identity: string } | undefined;
  /** Key in use for sending, copied when it was set, for tests that compare keys. */
  sendingKey: FakeFrameKey | undefined;
  /** Keys by participant, oldest first, copied when they were set; retired ones are gone. */
  readonly receivingKeys = new Map<string, FakeFrameKey[]>();
  /** Every slot that was retired, in order. */
  readonly retired: number[] = [];
  readonly sentFrames: SentFrame[] = [];
  /** When set, `sendFrame` rejects as it does without a connection. */
  isDeaf = false;
  readonly published: LocalTrack[] = [];
  /** When set, `replace` rejects as it does while the connection is being mended. */
  isMending = false;
  /** What `network` says. */
  sample: NetworkSample | undefined;
  readonly muted = new Map<LocalTrack, boolean>();
  readonly admitted = new Set<string>();
  readonly refused = new Set<string>();
  readonly frameKeys: FrameKeys = {
    installReceiving: async (participantIdentity, slot, key) => {
      const keys = this.receivingKeys.get(participantIdentity) ?? [];
      const others = keys.filter((other) => other.slot !== slot);
      this.receivingKeys.set(participantIdentity, [...others, { slot, key: key.expose().slice() }]);
    },
    switchSending: async (slot, key) => {
      this.sendingKey = { slot, key: key.expose().slice() };
    },
    retire: async (slot) => {
      this.retired.push(slot);
      if (this.sendingKey?.slot === slot) this.sendingKey = undefined;
      for (const [participantIdentity, keys] of this.receivingKeys) {
        this.receivingKeys.set(
          participantIdentity,
          keys.filter((key) => key.slot !== slot),
        );
      }
    },
  };
  readonly sendFrame: SendFrame = async (frame, participantIdentity) => {
    if (this.isDeaf || this.phase !== 'connected') throw new OracleCallError('ERR_MEDIA_CONNECT');
    const sent = { frame: frame.slice(), participantIdentity };
    this.sentFrames.push(sent);
    this.onFrame?.(sent);
  };
  /** Plays the other end: hears each frame that is sent. */
  onFrame: ((sent: SentFrame) => void) | undefined;
  tracks: readonly TrackStatistics[] = [];
  /** Each waits for the test unless `FakeSfu.isPatient` is false. */
  readonly #held: FakeRemoteTrack[] = [];
  #admission = Promise.withResolvers<void>();
  #closing: Promise<void> = Promise.resolve();
  readonly #observers = new Set<(notice: SfuNotice) => void>();

  constructor(isOpen: boolean) {
    this.#admission.promise.catch(() => undefined);
    if (isOpen) this.#admission.resolve();
  }

  /** Lets a held `connect` succeed. */
  letIn(): void {
    this.#admission.resolve();
  }

  /** Makes `connect` fail as LiveKit does when it cannot be reached. */
  fail(): void {
    this.#admission.reject(new OracleCallError('ERR_MEDIA_CONNECT'));
  }

  /** Keeps `close` from finishing until the promise does. */
  holdClose(until: Promise<void>): void {
    this.#closing = until;
  }

  observe(listener: (notice: SfuNotice) => void): Disposable {
    this.#observers.add(listener);
    return { [Symbol.dispose]: () => void this.#observers.delete(listener) };
  }

  get observers(): number {
    return this.#observers.size;
  }

  async connect({ url, identity, signal }: SfuConnectOptions): Promise<void> {
    signal.throwIfAborted();
    this.phase = 'connecting';
    this.connectedWith = { url, identity };
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    try {
      await Promise.race([this.#admission.promise, aborted]);
    } finally {
      signal.removeEventListener('abort', abort);
    }
    this.phase = 'connected';
  }

  async publish(track: LocalTrack): Promise<void> {
    this.published.push(track);
  }

  async replace(track: LocalTrack, by: LocalTrack): Promise<void> {
    const index = this.published.indexOf(track);
    if (index === -1 || this.isMending) throw new OracleCallError('ERR_MEDIA_CONNECT');
    this.published[index] = by;
  }

  async unpublish(track: LocalTrack): Promise<void> {
    const index = this.published.indexOf(track);
    if (index !== -1) this.published.splice(index, 1);
  }

  async network(): Promise<NetworkSample | undefined> {
    return this.sample;
  }

  async setMuted(track: LocalTrack, isMuted: boolean): Promise<void> {
    this.muted.set(track, isMuted);
  }

  admit(participantIdentity: string): void {
    this.refused.delete(participantIdentity);
    this.admitted.add(participantIdentity);
    for (const track of this.#held.splice(0)) this.#arrive(track);
  }

  refuse(participantIdentity: string): void {
    this.admitted.delete(participantIdentity);
    this.refused.add(participantIdentity);
  }

  async statistics(): Promise<readonly TrackStatistics[]> {
    return this.tracks;
  }

  async close(): Promise<void> {
    this.#observers.clear();
    await this.#closing;
    this.phase = 'closed';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  tell(notice: SfuNotice): void {
    for (const observer of [...this.#observers]) observer(notice);
  }

  join(participantIdentity: string, participantKind: ParticipantKind = 'agent'): void {
    this.tell({ kind: 'participantJoined', participantIdentity, participantKind });
  }

  leave(participantIdentity: string): void {
    this.tell({ kind: 'participantLeft', participantIdentity });
  }

  /** A data packet of our topic arrives; without an identity the SFU does not say whose. */
  say(frame: Uint8Array, participantIdentity?: string): void {
    this.tell({ kind: 'frame', participantIdentity, frame });
  }

  /** A track of a participant arrives, and is told once that is admitted; set its `loudness` to let it be heard. */
  speak(participantIdentity: string, kind: 'audio' | 'video' = 'audio'): FakeRemoteTrack {
    const track: FakeRemoteTrack = {
      trackId: `TR_${participantIdentity}_${kind}`,
      participantIdentity,
      kind,
      isPlaying: false,
      loudness: 0,
      play() {
        track.isPlaying = true;
        return { [Symbol.dispose]: () => void (track.isPlaying = false) };
      },
      level: () => (track.isPlaying ? track.loudness : 0),
    };
    this.#arrive(track);
    return track;
  }

  #arrive(track: FakeRemoteTrack): void {
    if (this.admitted.has(track.participantIdentity)) this.tell({ kind: 'trackArrived', track });
    else this.#held.push(track);
  }

  disconnect(cause: DisconnectCause): void {
    this.tell({ kind: 'disconnected', cause });
  }
}

export interface FakeSfuOptions {
  /** Whether `connect` waits for the test's `letIn` or `fail`. Default false: it succeeds at once. */
  readonly isPatient?: boolean;
  readonly isSupported?: boolean;
}

/** An SFU without network or media: the test says what happens in the room. */
export class FakeSfu implements SfuPort {
  readonly connections: FakeSfuConnection[] = [];
  readonly #options: FakeSfuOptions;
  prepared = 0;
  /** Addresses that were connected to ahead of a call. */
  readonly warmed: string[] = [];

  constructor(options: FakeSfuOptions = {}) {
    this.#options = options;
  }

  isSupported(): boolean {
    return this.#options.isSupported ?? true;
  }

  prepare(url?: string): void {
    this.prepared += 1;
    if (url !== undefined) this.warmed.push(url);
  }

  create(): FakeSfuConnection {
    const connection = new FakeSfuConnection(this.#options.isPatient !== true);
    this.connections.push(connection);
    return connection;
  }

  close(): void {
    this.prepared = 0;
  }

  /** The newest connection. */
  get last(): FakeSfuConnection {
    const last = this.connections.at(-1);
    if (last === undefined) throw new Error('No connection was made yet.');
    return last;
  }
}
