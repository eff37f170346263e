import type { CallType } from '@oracle-calls/protocol';
import type { DevicesPort, LocalTrack } from '../devices/devices-port.ts';
import type { SfuConnection } from '../media/sfu-port.ts';
import type { CallNotice } from './notices.ts';
import type { TrackChanges } from './track-changes.ts';

export interface OwnTracksOptions {
  readonly devices: DevicesPort;
  /** Aborts when the call is ending. */
  readonly signal: AbortSignal;
  readonly tell: (notice: CallNotice) => void;
  /** The oracle is to know whether it can hear the user. */
  readonly muteChanged: () => void;
}

/**
 * The person's own microphone, camera and screen in one call. One thing happens to them at a time. What most calls never do (see
 * `TrackChanges`) is loaded when one does.
 */
export class OwnTracks {
  readonly options: OwnTracksOptions;
  /** What is on. */
  tracks: readonly LocalTrack[] = [];
  /** Where it is published. */
  connection: SfuConnection | undefined;
  /** The camera is on, or about to be. */
  hasCamera = false;
  /** It was unplugged, and there is no other. */
  isMicrophoneGone = false;
  readonly #serving: Disposable;
  #isMuted = false;
  #opening: Promise<unknown> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: OwnTracksOptions) {
    this.options = options;
    this.#serving = options.devices.serve((source, wish) => this.change((changes) => changes.use(source, wish)));
  }

  /** Nobody hears the user: muted, or without a microphone. */
  get isMuted(): boolean {
    return this.#isMuted || this.isMicrophoneGone;
  }

  find(source: LocalTrack['source']): LocalTrack | undefined {
    return this.tracks.find((track) => track.source === source);
  }

  /** @throws as `DevicesPort.capture` */
  open(callType: CallType): Promise<void> {
    this.hasCamera = callType === 'video';
    const { devices, signal } = this.options;
    return this.#inTurn(async () => this.add(...(await this.opening(devices.capture(callType, { signal })))));
  }

  /** Publishes what is on, and from now on what is switched on. @throws as `SfuConnection.publish` */
  publish(connection: SfuConnection): Promise<void> {
    return this.#inTurn(async () => {
      this.connection = connection;
      for (const track of this.tracks) {
        await this.send(track);
        this.options.signal.throwIfAborted();
      }
    });
  }

  async setMuted(isMuted: boolean): Promise<void> {
    this.#isMuted = isMuted;
    await this.applyMute();
    // Somebody who unmutes wants to be heard: a microphone may have come back.
    if (!isMuted && this.isMicrophoneGone) await this.change((changes) => changes.use('microphone', 'chosen'));
  }

  /** Runs when everything before it is done. @throws `signal.reason` when the call is ending */
  change(work: (changes: TrackChanges) => Promise<void>): Promise<void> {
    return this.#inTurn(async () => {
      const { TrackChanges: Changes } = await import('./track-changes.ts');
      this.options.signal.throwIfAborted();
      await work(new Changes(this));
    });
  }

  /** Switches everything off. */
  async close(): Promise<void> {
    this.#serving[Symbol.dispose]();
    this.hasCamera = false;
    const { tracks } = this;
    this.tracks = [];
    for (const track of tracks) track.stop();
    // What is being switched on stops itself: the signal is aborted by now.
    await this.#opening?.catch(() => undefined);
  }

  /** Whoever closes waits for what is being switched on. */
  opening<T>(devices: Promise<T>): Promise<T> {
    this.#opening = devices;
    return devices;
  }

  /** Devices are on. @throws `signal.reason` when the call is ending, with them off again */
  add(...tracks: readonly LocalTrack[]): void {
    const { signal, tell } = this.options;
    if (signal.aborted) for (const track of tracks) track.stop();
    signal.throwIfAborted();
    this.tracks = [...this.tracks, ...tracks];
    for (const track of tracks) {
      tell({ kind: 'localTrack', track });
      void track.gone?.then(() => this.change((changes) => changes.gone(track))).catch(() => undefined);
    }
  }

  /** Publishes what is on, once there is a connection. @throws as `SfuConnection.publish` */
  async send(track: LocalTrack): Promise<void> {
    await this.applyMute();
    await this.connection?.publish(track);
    await this.applyMute();
  }

  async applyMute(microphone = this.find('microphone')): Promise<void> {
    if (microphone !== undefined) await this.connection?.setMuted(microphone, this.#isMuted);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}
