import type { LocalTrack } from '../devices/devices-port.ts';
import type { PublishedTracks } from './published-tracks.ts';

/** As `SfuConnection.replace`. */
export async function replaceTrack(published: PublishedTracks, track: LocalTrack, by: LocalTrack): Promise<void> {
  const { all, guard } = published;
  const livekitTrack = all.get(track);
  await published.hold(by, async (platformTrack) => {
    if (livekitTrack === undefined) throw new Error('The track is not published.');
    await livekitTrack.replaceTrack(platformTrack);
    all.delete(track);
    all.set(by, livekitTrack);
    if (track.mediaStreamTrack !== undefined) guard.release(track.mediaStreamTrack);
    // The same sender with the same transform; asked again all the same.
    if (livekitTrack.sender !== undefined) guard.senderCreated(platformTrack, livekitTrack.sender);
  });
}

/** As `SfuConnection.unpublish`. */
export async function unpublishTrack({ all, guard, room }: PublishedTracks, track: LocalTrack): Promise<void> {
  const livekitTrack = all.get(track);
  all.delete(track);
  // Silent first, and then gone.
  if (track.mediaStreamTrack !== undefined) guard.release(track.mediaStreamTrack);
  if (livekitTrack !== undefined) await room.localParticipant.unpublishTrack(livekitTrack);
}
