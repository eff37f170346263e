import { EncryptionType, TrackKind } from '@livekit/rtc-node';
import type { Room, TrackPublication } from '@livekit/rtc-node';
import type { FrameCryptor, RtcStats } from '@livekit/rtc-ffi-bindings';
import type { TrackEvidence, TrackSample } from './track-evidence.ts';
import type { PacketCounts } from './ear-gate.ts';
import type { InboundFlow } from './media-watchdog.ts';
import type { FrameCounts } from './picture-gate.ts';
import { frameCryptorsOf } from './participant-keys.ts';

/** In a millisecond: WebRTC's statistics have their time in these. */
const MICROSECONDS = 1_000;

/** What is known of the keys in a room. */
export interface KeyState {
  /** Identities whose media key is set, in whatever slot. */
  readonly keyed: ReadonlySet<string>;
  /** Those whose key was ever set: where one is retired, a key that nobody has takes its place, so that it stays sealed. */
  readonly wasKeyed: ReadonlySet<string>;
  /** The slot that the own voice is sealed with, if any. */
  readonly sendingSlot: number | undefined;
}

/** What is claimed of a track, without what it carried. */
export type TrackClaims = Omit<TrackSample, 'packets' | 'bytes' | 'openedSamples'>;

/** How many of the samples heard in a room count for a track. */
type OpenedOf = (trackSid: string, heardSamples: number) => number;

/**
 * What can be known here about the encryption of every track that is sent or received at this moment.
 *
 * @throws when the room is not connected any more
 */
export function sampleTracks(
  room: Room,
  keys: () => KeyState,
  openedOf: OpenedOf = (_trackSid, heardSamples) => heardSamples,
): Promise<TrackSample[]> {
  return countThenLook(
    () => statisticsOf(room),
    () => claimsOf(room, keys()),
    openedOf,
  );
}

/**
 * Packets are counted first. Counting takes a moment, on a busy machine a long one, in which keys may be set and sound begin to flow: with
 * claims from before it, packets that were sealed would look as if they had not been.
 */
export async function countThenLook(
  count: () => Promise<readonly RtcStats[]>,
  look: () => readonly TrackClaims[],
  openedOf: OpenedOf,
): Promise<TrackSample[]> {
  const statistics = await count();
  const flow = flowOf(statistics);
  const { heardSamples } = inboundAudio(statistics);
  const openedFrames = sumOf(frameCounts(statistics).frames);
  const opened = ({ direction, kind, trackSid }: TrackClaims): number => {
    if (direction === 'sent') return 0;
    return kind === 'video' ? openedFrames : openedOf(trackSid, heardSamples);
  };
  return look().map((track) => ({ ...track, ...flow(track), openedSamples: opened(track) }));
}

function claimsOf(room: Room, { keyed, wasKeyed, sendingSlot }: KeyState): readonly TrackClaims[] {
  const self = room.localParticipant;
  if (self === undefined) return [];
  const cryptors = frameCryptorsOf(room).filter(({ enabled }) => enabled === true);
  const describe = (
    publication: TrackPublication,
    identity: string,
    direction: TrackEvidence['direction'],
  ): TrackClaims => {
    const trackSid = publication.sid ?? '';
    const isResting = wasKeyed.has(identity) && !keyed.has(identity);
    const isOurs = (one: FrameCryptor): boolean => one.participantIdentity === identity && one.trackSid === trackSid;
    // A received frame names its slot itself; what the cryptor says is only where it began.
    const isInSlot = (one: FrameCryptor): boolean =>
      direction === 'received' || isResting || one.keyIndex === sendingSlot;
    return {
      trackSid,
      participantIdentity: identity,
      direction,
      kind: publication.kind === TrackKind.KIND_VIDEO ? 'video' : 'audio',
      isMarkedEncrypted: publication.encryptionType === EncryptionType.GCM,
      hasCryptor: cryptors.some((one) => isOurs(one) && isInSlot(one)),
      isKeySet: wasKeyed.has(identity),
      isResting,
      isRoomEncrypted: room.e2eeManager?.enabled === true,
    };
  };
  const sent = [...self.trackPublications.values()].map((one) => describe(one, self.identity, 'sent'));
  const received = [...room.remoteParticipants.values()].flatMap((participant) =>
    [...participant.trackPublications.values()]
      .filter((publication) => publication.track !== undefined)
      .map((publication) => describe(publication, participant.identity, 'received')),
  );
  return [...sent, ...received];
}

/** What came in as sound so far, of everybody. @throws when the room is not connected any more */
export async function inboundAudioOf(room: Room): Promise<InboundFlow> {
  return inboundAudio(await statisticsOf(room));
}

function inboundAudio(statistics: readonly RtcStats[]): InboundFlow {
  let [packets, heardSamples] = [0, 0];
  for (const { stats } of statistics) {
    if (stats.case !== 'inboundRtp' || stats.value.stream?.kind !== 'audio') continue;
    packets += Number(stats.value.received?.packetsReceived ?? 0n);
    heardSamples += Number(stats.value.inbound?.jitterBufferEmittedCount ?? 0n);
  }
  return { packets, heardSamples };
}

/** RTP packets of sound that came in so far, by stream. @throws when the room is not connected any more */
export async function inboundPacketsOf(room: Room): Promise<PacketCounts> {
  const counts = new Map<number, number>();
  for (const { stats } of await statisticsOf(room)) {
    if (stats.case !== 'inboundRtp' || stats.value.stream?.kind !== 'audio') continue;
    counts.set(stats.value.stream.ssrc ?? 0, Number(stats.value.received?.packetsReceived ?? 0n));
  }
  return counts;
}

/** Frames of video that came to a decoder so far. @throws when the room is not connected any more */
export async function framesOf(room: Room): Promise<FrameCounts> {
  return frameCounts(await statisticsOf(room));
}

function frameCounts(statistics: readonly RtcStats[]): FrameCounts {
  const frames = new Map<number, number>();
  // Where there are several connections, the one that was counted first decides.
  let at = Infinity;
  for (const { stats } of statistics) {
    if (stats.case === 'peerConnection') at = Math.min(at, Number(stats.value.rtc?.timestamp ?? 0n) / MICROSECONDS);
    if (stats.case !== 'inboundRtp' || stats.value.stream?.kind !== 'video') continue;
    frames.set(stats.value.stream.ssrc ?? 0, Number(stats.value.inbound?.framesReceived ?? 0n));
  }
  return { frames, at };
}

const sumOf = (counts: ReadonlyMap<number, number>): number => [...counts.values()].reduce((sum, one) => sum + one, 0);

/** Newer servers use one connection for both directions, and everything then stands in the first list. */
async function statisticsOf(room: Room): Promise<RtcStats[]> {
  const { publisherStats, subscriberStats } = await room.getRtcStats();
  return [...publisherStats, ...subscriberStats];
}

interface Flow {
  readonly packets: number;
  readonly bytes: number;
}

/**
 * RTP packets and bytes so far, of all tracks of one direction and kind: the statistics name tracks by WebRTC's own ids, which
 * `rtc-node` does not tell. Each end sends one track and receives one, or after a reconnect of the other one after another.
 */
function flowOf(stats: readonly RtcStats[]): (track: Pick<TrackEvidence, 'direction' | 'kind'>) => Flow {
  return ({ direction, kind }) => {
    let [packets, bytes] = [0, 0];
    for (const { stats: one } of stats) {
      if (direction === 'sent' && one.case === 'outboundRtp' && one.value.stream?.kind === kind) {
        packets += Number(one.value.sent?.packetsSent ?? 0n);
        bytes += Number(one.value.sent?.bytesSent ?? 0n);
      }
      if (direction === 'received' && one.case === 'inboundRtp' && one.value.stream?.kind === kind) {
        packets += Number(one.value.received?.packetsReceived ?? 0n);
        bytes += Number(one.value.inbound?.bytesReceived ?? 0n);
      }
    }
    return { packets, bytes };
  };
}
