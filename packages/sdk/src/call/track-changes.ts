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
    if (isEnabled === (camera !== undefined)) return;
    if (camera === undefined) await this.#send(await this.#open('camera', 'chosen'));
    else await this.#own.remove(camera);
  }

  /** @param screen what the person chose; `undefined` ends the sharing */
  async setScreen(screen: LocalTrack | undefined): Promise<void> {
    const before = this.#own.find('screen');
    if (before !== undefined) await this.#own.remove(before);
    if (screen !== undefined) await this.#send(screen);
  }

  /** @throws {OracleCallError} `ERR_MEDIA_DEVICE`, `ERR_MEDIA_CONNECT`; the device before stays */
  async use(source: CaptureSource, wish: DeviceWish): Promise<void> {
    const before = this.#own.find(source);
    if (before !== undefined) await this.#exchange(before, await this.#open(source, wish));
    // A camera that is off stays off: the choice holds for when it is switched on.
    else if (source === 'microphone') await this.#send(await this.#open(source, wish));
  }

  /** The device went away, or the person stopped it in the browser's own bar. */
  async gone(track: LocalTrack): Promise<void> {
    const { tell } = this.#own.options;
    const { source } = track;
    // Exchanged or switched off meanwhile.
    if (this.#own.find(source) !== track) return;
    if (source === 'screen') {
      await this.#own.remove(track);
      tell({ kind: 'localTrackEnded', source, cause: 'stopped' });
      return;
    }
    const label = track.mediaStreamTrack?.label ?? '';
    const by = await this.#open(source, 'default').catch(() => undefined);
    if (by === undefined) {
      await this.#own.remove(track);
      tell({ kind: 'localTrackEnded', source, cause: 'unplugged' });
      tell({ kind: 'device', device: source, change: 'unplugged', label });
      return;
    }
    try {
      await this.#own.replace(track, by);
    } catch {
      // The connection is being mended: published anew, it goes out when it stands.
      await this.#own.remove(track);
      await this.#send(by);
    }
    tell({ kind: 'device', device: source, change: 'replaced', label });
  }

  #open(source: CaptureSource, wish: DeviceWish): Promise<LocalTrack> {
    const { devices, signal } = this.#own.options;
    return this.#own.opening(devices.open(source, { wish, signal }));
  }

  async #send(track: LocalTrack): Promise<void> {
    this.#own.add(track);
    try {
      await this.#own.send(track);
    } catch (error) {
      // What cannot be sent is not left on.
      await this.#own.remove(track);
      throw error;
    }
  }

  async #exchange(track: LocalTrack, by: LocalTrack): Promise<void> {
    try {
      await this.#own.replace(track, by);
    } catch (error) {
      by.stop();
      throw error;
    }
  }
}
