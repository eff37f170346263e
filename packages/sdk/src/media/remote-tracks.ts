import type { RemoteTrack as LiveKitRemoteTrack } from 'livekit-client';
import type { FrameCryptor } from '../frame-cryptor/frame-cryptor.ts';
import { SampleGate } from './sample-gate.ts';
import type { RemoteTrack, SfuNotice } from './sfu-port.ts';

export interface RemoteTracksOptions {
  readonly cryptor: Pick<FrameCryptor, 'bindReceiver' | 'isFlowing'>;
  readonly createTrack: (track: LiveKitRemoteTrack, participantIdentity: string) => RemoteTrack & Disposable;
  readonly tell: (notice: SfuNotice) => void;
}

/** A track that this side subscribed to. It is *held* until its participant is admitted; all its frames are dropped until then. */
interface SubscribedTrack {
  readonly participantIdentity: string;
  readonly receiver: RTCRtpReceiver;
  /** Closed until frames were seen to go through the worker: should the browser lead them past it, nothing of them is heard. */
  readonly gate: SampleGate;
  /** Set when it was told. */
  arrived?: RemoteTrack & Disposable;
}

/** A track that was told, with the receiver behind it. */
export interface ArrivedTrack {
  readonly track: RemoteTrack;
  readonly receiver: RTCRtpReceiver;
  readonly livekitTrack: LiveKitRemoteTrack;
}

/** Whose tracks are heard. */
export class RemoteTracks implements Disposable {
  readonly #options: RemoteTracksOptions;
  readonly #admitted = new Set<string>();
  readonly #refused = new Set<string>();
  readonly #tracks = new Map<LiveKitRemoteTrack, SubscribedTrack>();

  constructor(options: RemoteTracksOptions) {
    this.#options = options;
  }

  get arrived(): readonly ArrivedTrack[] {
    return [...this.#tracks].flatMap(([livekitTrack, { arrived, receiver }]) =>
      arrived === undefined ? [] : [{ track: arrived, receiver, livekitTrack }],
    );
  }

  isRefused(participantIdentity: string): boolean {
    return this.#refused.has(participantIdentity);
  }

  admit(participantIdentity: string): void {
    this.#refused.delete(participantIdentity);
    this.#admitted.add(participantIdentity);
    for (const [track, { participantIdentity: owner }] of this.#tracks) {
      if (owner === participantIdentity) void this.#arrive(track);
    }
  }

  refuse(participantIdentity: string): void {
    this.#refused.add(participantIdentity);
    this.#admitted.delete(participantIdentity);
    for (const [track, { participantIdentity: owner }] of this.#tracks) {
      if (owner === participantIdentity) this.unsubscribed(track);
    }
  }

  subscribed(track: LiveKitRemoteTrack, participantIdentity: string): void {
    const { receiver } = track;
    if (receiver === undefined) return;
    this.#tracks.set(track, { participantIdentity, receiver, gate: new SampleGate(track.mediaStreamTrack) });
    // A receiver may have served another track before.
    void this.#bind(receiver, undefined);
    if (this.#admitted.has(participantIdentity)) void this.#arrive(track);
  }

  unsubscribed(track: LiveKitRemoteTrack): void {
    const subscribed = this.#tracks.get(track);
    if (subscribed === undefined) return;
    this.#tracks.delete(track);
    const isReused = [...this.#tracks.values()].some(({ receiver }) => receiver === subscribed.receiver);
    const { arrived, gate } = subscribed;
    if (!isReused) {
      void this.#bind(subscribed.receiver, undefined);
      gate[Symbol.dispose]();
    }
    if (arrived === undefined) return;
    arrived[Symbol.dispose]();
    this.#options.tell({ kind: 'trackGone', trackId: arrived.trackId });
  }

  /** Frames of some receiver have begun to come to the worker. */
  flowing(): void {
    for (const subscribed of this.#tracks.values()) this.#judge(subscribed);
  }

  [Symbol.dispose](): void {
    for (const { arrived, gate } of this.#tracks.values()) {
      gate[Symbol.dispose]();
      arrived?.[Symbol.dispose]();
    }
    this.#tracks.clear();
    this.#admitted.clear();
  }

  /** Binds the track's frames to its participant's keys, and only then tells of it. */
  async #arrive(track: LiveKitRemoteTrack): Promise<void> {
    const subscribed = this.#tracks.get(track);
    if (subscribed === undefined) return;
    const { participantIdentity, receiver } = subscribed;
    const isBound = await this.#bind(receiver, participantIdentity);
    const isStillWanted = this.#tracks.get(track) === subscribed && this.#admitted.has(participantIdentity);
    if (!isBound || !isStillWanted || subscribed.arrived !== undefined) return;
    subscribed.arrived = this.#options.createTrack(track, participantIdentity);
    this.#judge(subscribed);
    this.#options.tell({ kind: 'trackArrived', track: subscribed.arrived });
  }

  #judge({ arrived, receiver, gate }: SubscribedTrack): void {
    gate.setOpen(arrived !== undefined && this.#options.cryptor.isFlowing(receiver));
  }

  /** `false` when the frame cryptor could not do it: then no frame of this receiver is opened. */
  async #bind(receiver: RTCRtpReceiver, participantIdentity: string | undefined): Promise<boolean> {
    try {
      await this.#options.cryptor.bindReceiver(receiver, participantIdentity);
      return true;
    } catch {
      return false;
    }
  }
}
