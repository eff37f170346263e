import { OracleCallError, type SecretBytes } from '@oracle-calls/protocol';
import type { FrameKeys } from '@oracle-calls/protocol/secure-link';
import type {
  DisconnectCause,
  LocalTrack,
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

/** Media keys as a fake connection holds them: bytes copied when they came, by slot. */
export class FakeFrameKeys implements FrameKeys {
  readonly receiving = new Map<number, { readonly participantIdentity: string; readonly key: Uint8Array }>();
  readonly sending = new Map<number, Uint8Array>();
  sendingSlot: number | undefined;

  async installReceiving(participantIdentity: string, slot: number, key: SecretBytes): Promise<void> {
    this.receiving.set(slot, { participantIdentity, key: key.expose().slice() });
  }

  async switchSending(slot: number, key: SecretBytes): Promise<void> {
    this.sending.set(slot, key.expose().slice());
    this.sendingSlot = slot;
  }

  async retire(slot: number): Promise<void> {
    this.receiving.delete(slot);
    this.sending.delete(slot);
  }
}

/** A frame that was handed to a fake connection. */
export interface SentFrame {
  readonly frame: Uint8Array;
  readonly to: string;
}

/** One scripted stay in an SFU room. */
export class FakeSfuConnection implements SfuConnection {
  phase: FakeSfuPhase = 'new';
  /** What `connect` was given. */
  connectedWith: { readonly url: string; readonly identity: string } | undefined;
  readonly frameKeys = new FakeFrameKeys();
  readonly sentFrames: SentFrame[] = [];
  /** Hears each frame that is sent, for a test that plays the oracle. */
  onFrame: ((sent: SentFrame) => void) | undefined;
  readonly published: LocalTrack[] = [];
  readonly muted = new Map<LocalTrack, boolean>();
  readonly refused = new Set<string>();
  readonly admitted = new Set<string>();
  tracks: readonly TrackStatistics[] = [];
  readonly #held: RemoteTrack[] = [];
  /** `connect` waits for it unless `FakeSfu.isPatient` is false. */
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

  /** An arrow, since callers pass it on. */
  readonly sendFrame = async (frame: Uint8Array<ArrayBuffer>, to: string): Promise<void> => {
    const sent = { frame: frame.slice(), to };
    this.sentFrames.push(sent);
    this.onFrame?.(sent);
  };

  admit(participantIdentity: string): void {
    this.admitted.add(participantIdentity);
    this.refused.delete(participantIdentity);
    for (const track of this.#held.filter((held) => held.participantIdentity === participantIdentity)) {
      this.#held.splice(this.#held.indexOf(track), 1);
      this.tell({ kind: 'trackArrived', track });
    }
  }

  async publish(track: LocalTrack): Promise<void> {
    this.published.push(track);
  }

  async setMuted(track: LocalTrack, isMuted: boolean): Promise<void> {
    this.muted.set(track, isMuted);
  }

  refuse(participantIdentity: string): void {
    this.refused.add(participantIdentity);
    this.admitted.delete(participantIdentity);
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

  /** A data packet of the one topic arrives. */
  deliver(frame: Uint8Array, participantIdentity: string | undefined): void {
    this.tell({ kind: 'frame', participantIdentity, frame });
  }

  /** A track of a participant arrives and is held until that one is admitted; set its `loudness` to let it be heard. */
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
    if (this.admitted.has(participantIdentity)) this.tell({ kind: 'trackArrived', track });
    else this.#held.push(track);
    return track;
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
