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
  readonly room: Room;
  readonly guard: SendingGuard;
  readonly all = new Map<LocalTrack, LiveKitLocalTrack>();
  readonly #mutedBeforePublishing = new WeakSet<LocalTrack>();

  constructor(room: Room, guard: SendingGuard) {
    this.room = room;
    this.guard = guard;
  }

  /** @throws {OracleCallError} `ERR_MEDIA_DEVICE`, `ERR_MEDIA_CONNECT` */
  publish(track: LocalTrack): Promise<void> {
    return this.hold(track, async (platformTrack) => {
      const options = { source: SOURCES[track.source] };
      const { track: published } = await this.room.localParticipant.publishTrack(platformTrack, options);
      if (published !== undefined) this.all.set(track, published);
    });
  }

  /** Closes the gate of a track before it is sent, and lets go of it when it is not. @throws as `publish` */
  async hold(track: LocalTrack, send: (track: MediaStreamTrack) => Promise<void>): Promise<void> {
    const { mediaStreamTrack } = track;
    if (mediaStreamTrack === undefined) throw new OracleCallError('ERR_MEDIA_DEVICE', 'The device gives no track.');
    this.guard.hold(mediaStreamTrack, this.#mutedBeforePublishing.has(track));
    try {
      await send(mediaStreamTrack);
    } catch (cause) {
      this.guard.release(mediaStreamTrack);
      throw new OracleCallError('ERR_MEDIA_CONNECT', 'The media server did not take the track.', { cause });
    }
  }

  setMuted(track: LocalTrack, isMuted: boolean): void {
    const { mediaStreamTrack } = track;
    if (mediaStreamTrack === undefined || this.guard.setMuted(mediaStreamTrack, isMuted)) return;
    // Before it is published the track is silent anyway.
    if (isMuted) this.#mutedBeforePublishing.add(track);
    else this.#mutedBeforePublishing.delete(track);
  }
}
