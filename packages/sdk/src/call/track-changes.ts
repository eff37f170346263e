import type { CaptureSource, DeviceWish, LocalTrack } from '../devices/devices-port.ts';
import type { OwnTracks } from './own-tracks.ts';

/** What becomes of the own tracks in mid-call: switched on and off, exchanged, unplugged. Its owner calls one at a time. */
export class TrackChanges {
  readonly #own: OwnTracks;

  constructor(own: OwnTracks) {
    this.#own = own;
  }

  /** @throws {OracleCallError} `ERR_MEDIA_DEVICE`, `ERR_MEDIA_CONNECT` */
  async setCamera(isEnabled: boolean): Promise<void> {
    const camera = this.#own.find('camera');
    try {
      if (camera === undefined && isEnabled) await this.#send(await this.#open('camera', 'chosen'));
      if (camera !== undefined && !isEnabled) await this.#remove(camera);
    } finally {
      this.#own.hasCamera = this.#own.find('camera') !== undefined;
    }
  }

  /** A person who dismisses the browser's picker is no error. @throws as `setCamera` */
  async setScreen(isShared: boolean): Promise<void> {
    const { devices, signal } = this.#own.options;
    const before = this.#own.find('screen');
    if (before !== undefined && !isShared) await this.#remove(before);
    if (before !== undefined || !isShared) return;
    const screen = await this.#own.opening(devices.share({ signal }));
    if (screen !== undefined) await this.#send(screen);
  }

  /** @throws {OracleCallError} `ERR_MEDIA_DEVICE`, `ERR_MEDIA_CONNECT`; the device before stays */
  async use(source: CaptureSource, wish: DeviceWish): Promise<void> {
    const before = this.#own.find(source);
    // A camera that is off stays off: the choice holds for when it is switched on.
    if (before === undefined && source === 'camera') return;
    const by = await this.#open(source, wish);
    if (before === undefined) await this.#send(by);
    else await this.#exchange(before, by);
  }

  /** The device went away, or the person stopped it in the browser's own bar. */
  async gone(track: LocalTrack): Promise<void> {
    const { tell } = this.#own.options;
    const { source } = track;
    // Exchanged or switched off meanwhile.
    if (this.#own.find(source) !== track) return;
    if (source === 'screen') {
      await this.#remove(track);
      return;
    }
    const label = track.mediaStreamTrack?.label ?? '';
    const by = await this.#open(source, 'default').catch(() => undefined);
    if (by === undefined) {
      await this.#remove(track, 'unplugged');
      tell({ kind: 'device', device: source, change: 'unplugged', label });
      return;
    }
    try {
      await this.#exchange(track, by);
    } catch {
      // The connection is being mended: published anew, it goes out when it stands.
      await this.#remove(track);
      await this.#send(await this.#open(source, 'default'));
    }
    tell({ kind: 'device', device: source, change: 'replaced', label });
  }

  #open(source: CaptureSource, wish: DeviceWish): Promise<LocalTrack> {
    const { devices, signal } = this.#own.options;
    return this.#own.opening(devices.open(source, { wish, signal }));
  }

  async #send(track: LocalTrack): Promise<void> {
    this.#own.add(track);
    if (track.source === 'microphone') this.#setMicrophoneGone(false);
    try {
      await this.#own.send(track);
    } catch (error) {
      // What cannot be sent is not left on.
      await this.#remove(track);
      throw error;
    }
  }

  /** A device is off, and nothing of it is sent any more. */
  async #remove(track: LocalTrack, cause: 'stopped' | 'unplugged' = 'stopped'): Promise<void> {
    const { source } = track;
    this.#forget(track);
    if (source === 'camera') this.#own.hasCamera = false;
    if (source === 'microphone') this.#setMicrophoneGone(true);
    this.#own.options.tell({ kind: 'localTrackEnded', source, cause });
    await this.#own.connection?.unpublish(track);
  }

  async #exchange(track: LocalTrack, by: LocalTrack): Promise<void> {
    const { connection } = this.#own;
    try {
      if (by.source === 'microphone') await this.#own.applyMute(by);
      await connection?.replace(track, by);
    } catch (error) {
      by.stop();
      throw error;
    }
    this.#forget(track);
    this.#own.add(by);
    // Somebody may have muted meanwhile.
    await this.#own.applyMute();
  }

  #forget(track: LocalTrack): void {
    this.#own.tracks = this.#own.tracks.filter((other) => other !== track);
    track.stop();
  }

  #setMicrophoneGone(isGone: boolean): void {
    if (isGone === this.#own.isMicrophoneGone) return;
    this.#own.isMicrophoneGone = isGone;
    this.#own.options.muteChanged();
  }
}
