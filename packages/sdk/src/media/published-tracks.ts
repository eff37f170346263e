import { OracleCallError } from '@oracle-calls/protocol';
import { Track, type LocalTrack as LiveKitLocalTrack, type Room } from 'livekit-client';
import type { LocalTrack } from '../devices/devices-port.ts';
import type { SendingGuard } from './sending-guard.ts';

const SOURCES: Readonly<Record<LocalTrack['source'], Track.Source>> = {
  microphone: Track.Source.Microphone,
  camera: Track.Source.Camera,
  screen: Track.Source.ScreenShare,
};

/** What this side sends: each track behind a gate of the guard from before it is published until after it is gone. */
export class PublishedTracks {
  readonly #room: Room;
  readonly #guard: SendingGuard;
  readonly #published = new Map<LocalTrack, LiveKitLocalTrack>();
  readonly #mutedBeforePublishing = new WeakSet<LocalTrack>();

  constructor(room: Room, guard: SendingGuard) {
    this.#room = room;
    this.#guard = guard;
  }

  get all(): readonly LiveKitLocalTrack[] {
    return [...this.#published.values()];
  }

  /** @throws {OracleCallError} `ERR_MEDIA_DEVICE`, `ERR_MEDIA_CONNECT` */
  async publish(track: LocalTrack): Promise<void> {
    const platformTrack = this.#hold(track);
    try {
      const { localParticipant } = this.#room;
      const publication = await localParticipant.publishTrack(platformTrack, { source: SOURCES[track.source] });
      if (publication.track !== undefined) this.#published.set(track, publication.track);
    } catch (cause) {
      this.#guard.release(platformTrack);
      throw new OracleCallError('ERR_MEDIA_CONNECT', 'The media server did not take the track.', { cause });
    }
  }

  /** @throws as `publish` */
  async replace(track: LocalTrack, by: LocalTrack): Promise<void> {
    const published = this.#published.get(track);
    if (published === undefined) throw new OracleCallError('ERR_MEDIA_CONNECT', 'The track is not published.');
    const platformTrack = this.#hold(by);
    try {
      await published.replaceTrack(platformTrack);
    } catch (cause) {
      this.#guard.release(platformTrack);
      throw new OracleCallError('ERR_MEDIA_CONNECT', 'The sender did not take the track.', { cause });
    }
    this.#published.delete(track);
    this.#published.set(by, published);
    if (track.mediaStreamTrack !== undefined) this.#guard.release(track.mediaStreamTrack);
    // The same sender with the same transform; asked again all the same.
    if (published.sender !== undefined) this.#guard.senderCreated(platformTrack, published.sender);
  }

  async unpublish(track: LocalTrack): Promise<void> {
    const published = this.#published.get(track);
    this.#published.delete(track);
    if (track.mediaStreamTrack !== undefined) this.#guard.release(track.mediaStreamTrack);
    if (published !== undefined) await this.#room.localParticipant.unpublishTrack(published);
  }

  setMuted(track: LocalTrack, isMuted: boolean): void {
    const { mediaStreamTrack } = track;
    if (mediaStreamTrack === undefined || this.#guard.setMuted(mediaStreamTrack, isMuted)) return;
    // Before it is published the track is silent anyway.
    if (isMuted) this.#mutedBeforePublishing.add(track);
    else this.#mutedBeforePublishing.delete(track);
  }

  clear(): void {
    this.#published.clear();
  }

  #hold(track: LocalTrack): MediaStreamTrack {
    const { mediaStreamTrack } = track;
    if (mediaStreamTrack === undefined) throw new OracleCallError('ERR_MEDIA_DEVICE', 'The device gives no track.');
    this.#guard.hold(mediaStreamTrack, this.#mutedBeforePublishing.has(track));
    return mediaStreamTrack;
  }
}
