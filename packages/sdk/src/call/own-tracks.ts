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

/** The person's own microphone, camera and screen in one call: which are on, and that what is on is published. One change at a time. */
export class OwnTracks {
  readonly options: OwnTracksOptions;
  readonly #serving: Disposable | undefined;
  #tracks: readonly LocalTrack[] = [];
  #connection: SfuConnection | undefined;
  #wantsCamera = false;
  #isMuted = false;
  #isMicrophoneGone = false;
  #changes: Promise<TrackChanges> | undefined;
  #opening: Promise<unknown> = Promise.resolve();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: OwnTracksOptions) {
    this.options = options;
    this.#serving = options.devices.serve?.((source, wish) => this.#change((changes) => changes.use(source, wish)));
  }

  /** Nobody hears the user: muted, or without a microphone. */
  get isMuted(): boolean {
    return this.#isMuted || this.#isMicrophoneGone;
  }

  /** The camera is on, or about to be. */
  get hasCamera(): boolean {
    return this.#wantsCamera;
  }

  find(source: LocalTrack['source']): LocalTrack | undefined {
    return this.#tracks.find((track) => track.source === source);
  }

  /** @throws as `DevicesPort.capture` */
  open(callType: CallType): Promise<void> {
    this.#wantsCamera = callType === 'video';
    const { devices, signal } = this.options;
    return this.#inTurn(async () => {
      const tracks = await this.opening(devices.capture(callType, { signal }));
      if (signal.aborted) for (const track of tracks) track.stop();
      for (const track of tracks) this.add(track);
    });
  }

  /** Publishes what is on, and from now on what is switched on. @throws as `SfuConnection.publish` */
  publish(connection: SfuConnection): Promise<void> {
    return this.#inTurn(async () => {
      this.#connection = connection;
      for (const track of this.#tracks) {
        await this.send(track);
        this.options.signal.throwIfAborted();
      }
    });
  }

  async setMuted(isMuted: boolean): Promise<void> {
    this.#isMuted = isMuted;
    await this.#applyMute();
    // Somebody who unmutes wants to be heard: a microphone may have come back.
    if (!isMuted && this.#isMicrophoneGone) await this.#change((changes) => changes.use('microphone', 'chosen'));
  }

  async setCamera(isEnabled: boolean): Promise<void> {
    this.#wantsCamera = isEnabled;
    try {
      await this.#change((changes) => changes.setCamera(isEnabled));
    } finally {
      this.#wantsCamera = this.find('camera') !== undefined;
    }
  }

  async setScreen(isShared: boolean): Promise<void> {
    const { devices, signal } = this.options;
    // The picker comes first: browsers open it only while they remember the click.
    const screen =
      isShared && this.find('screen') === undefined ? await this.opening(devices.share({ signal })) : undefined;
    if (isShared && screen === undefined) return;
    await this.#change((changes) => changes.setScreen(screen));
  }

  /** Switches everything off. */
  async close(): Promise<void> {
    this.#serving?.[Symbol.dispose]();
    for (const track of this.#tracks) track.stop();
    await this.#opening.catch(() => undefined);
    for (const track of this.#tracks) track.stop();
    this.#tracks = [];
    this.#wantsCamera = false;
  }

  /** Whoever closes waits for what is being switched on, to switch it off. */
  opening<T>(devices: Promise<T>): Promise<T> {
    this.#opening = devices;
    return devices;
  }

  /** A device is on. @throws `signal.reason` when the call is ending */
  add(track: LocalTrack): void {
    const { signal, tell } = this.options;
    if (signal.aborted) track.stop();
    signal.throwIfAborted();
    this.#tracks = [...this.#tracks, track];
    void track.gone?.then(() => this.#change((changes) => changes.gone(track)).catch(() => undefined));
    if (track.source === 'microphone') this.#setMicrophoneGone(false);
    tell({ kind: 'localTrack', track });
  }

  /** A device is off, and nothing of it is sent any more. */
  async remove(track: LocalTrack): Promise<void> {
    this.#tracks = this.#tracks.filter((other) => other !== track);
    track.stop();
    if (track.source === 'camera') this.#wantsCamera = false;
    if (track.source === 'microphone') this.#setMicrophoneGone(true);
    await this.#connection?.unpublish(track);
  }

  /** A device takes the place of another. @throws as `SfuConnection.replace`, with the one before as it was */
  async replace(track: LocalTrack, by: LocalTrack): Promise<void> {
    await this.#connection?.setMuted(by, this.#isMuted && by.source === 'microphone');
    await this.#connection?.replace(track, by);
    this.#tracks = this.#tracks.filter((other) => other !== track);
    track.stop();
    this.add(by);
  }

  /** Publishes a device that is on, once there is a connection. @throws as `SfuConnection.publish` */
  async send(track: LocalTrack): Promise<void> {
    await this.#applyMute();
    await this.#connection?.publish(track);
    await this.#applyMute();
  }

  async #applyMute(): Promise<void> {
    const microphone = this.find('microphone');
    if (microphone !== undefined) await this.#connection?.setMuted(microphone, this.#isMuted);
  }

  #setMicrophoneGone(isGone: boolean): void {
    if (isGone === this.#isMicrophoneGone) return;
    this.#isMicrophoneGone = isGone;
    this.options.muteChanged();
  }

  /** What most calls never do is loaded when one does. */
  #change(work: (changes: TrackChanges) => Promise<void>): Promise<void> {
    return this.#inTurn(async () => {
      this.#changes ??= import('./track-changes.ts').then(({ TrackChanges: Changes }) => new Changes(this));
      const changes = await this.#changes;
      this.options.signal.throwIfAborted();
      await work(changes);
    });
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}
