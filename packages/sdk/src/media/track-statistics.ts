import { Track, type LocalTrack as LiveKitLocalTrack } from 'livekit-client';
import type { FrameCryptor } from '../frame-cryptor/frame-cryptor.ts';
import type { TransformReport } from '../frame-cryptor/worker-messages.ts';
import type { ArrivedTrack } from './remote-tracks.ts';
import type { TrackStatistics } from './sfu-port.ts';
import { countersOf } from './track-counters.ts';

type Reports = Pick<FrameCryptor, 'reportsOf'>;

/** What this side sends. The network's numbers are read first: a frame between the two readings must not look unsealed. */
export async function sentStatistics(
  tracks: readonly LiveKitLocalTrack[],
  participantIdentity: string,
  cryptor: Reports,
): Promise<readonly TrackStatistics[]> {
  const sending = tracks.flatMap((track) => (track.sender === undefined ? [] : [{ track, sender: track.sender }]));
  const counters = await Promise.all(sending.map(async ({ sender }) => countersOf(await sender.getStats())));
  const reports = await cryptor.reportsOf(sending.map(({ sender }) => sender));
  return sending.map(({ track }, index) => {
    const { packets = 0, bytes = 0, frames = 0 } = counters[index] ?? {};
    return {
      direction: 'sent',
      kind: track.kind === Track.Kind.Video ? 'video' : 'audio',
      participantIdentity,
      isEncrypted: isAccountedFor(frames, reports[index]),
      packets,
      bytes,
      cryptedFrames: reports[index]?.passed ?? 0,
    };
  });
}

/** What this side hears and sees. */
export async function receivedStatistics(
  tracks: readonly ArrivedTrack[],
  cryptor: Reports,
): Promise<readonly TrackStatistics[]> {
  const counters = await Promise.all(tracks.map(async ({ receiver }) => countersOf(await receiver.getStats())));
  const reports = await cryptor.reportsOf(tracks.map(({ receiver }) => receiver));
  return tracks.map(({ track: { kind, participantIdentity } }, index) => {
    const { packets = 0, bytes = 0, frames = 0 } = counters[index] ?? {};
    const isEncrypted = isAccountedFor(frames, reports[index]);
    const cryptedFrames = reports[index]?.passed ?? 0;
    return { direction: 'received', kind, participantIdentity, isEncrypted, packets, bytes, cryptedFrames };
  });
}

/**
 * Our worker has sealed or opened frames of the track, and every frame that the network side knows of came to the worker, which lets none
 * pass as it came. (The browser counts pictures as sent although the worker dropped them for want of a key.)
 */
function isAccountedFor(frames: number, report: TransformReport | undefined): boolean {
  if (report === undefined || report.passed === 0) return false;
  return frames <= report.passed + Object.values(report.dropped).reduce((sum, count) => sum + count, 0);
}
