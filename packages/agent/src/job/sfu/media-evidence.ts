import { EncryptionType, TrackKind } from '@livekit/rtc-node';
import type { Room, TrackPublication } from '@livekit/rtc-node';
import { E2eeManagerGetFrameCryptorsRequest } from '@livekit/rtc-ffi-bindings';
import type { RtcStats } from '@livekit/rtc-ffi-bindings';
import type { TrackEvidence } from '../call-statistics.ts';
import { requestE2ee } from './e2ee-request.ts';
import { KEY_INDEX } from './participant-keys.ts';

/**
 * What can be known here about the encryption of every track that is sent or received at this moment.
 * `keyed` are the identities whose media key was set.
 *
 * @throws when the room is not connected any more
 */
export async function sampleEvidence(room: Room, keyed: ReadonlySet<string>): Promise<TrackEvidence[]> {
  const self = room.localParticipant;
  if (self === undefined) return [];
  const cryptors = cryptorsOf(room);
  const describe = (
    publication: TrackPublication,
    identity: string,
    direction: TrackEvidence['direction'],
  ): Omit<TrackEvidence, 'packets'> => {
    const trackSid = publication.sid ?? '';
    return {
      trackSid,
      direction,
      kind: publication.kind === TrackKind.KIND_VIDEO ? 'video' : 'audio',
      isMarkedEncrypted: publication.encryptionType === EncryptionType.GCM,
      hasCryptor: cryptors.has(cryptorKey(identity, trackSid)),
      isKeySet: keyed.has(identity),
      isRoomEncrypted: room.e2eeManager?.enabled === true,
    };
  };
  const sent = [...self.trackPublications.values()].map((one) => describe(one, self.identity, 'sent'));
  const received = [...room.remoteParticipants.values()].flatMap((participant) =>
    [...participant.trackPublications.values()]
      .filter((publication) => publication.track !== undefined)
      .map((publication) => describe(publication, participant.identity, 'received')),
  );
  const { publisherStats, subscriberStats } = await room.getRtcStats();
  // Newer servers use one connection for both directions, and everything then stands in the first list.
  const flow = flowOf([...publisherStats, ...subscriberStats]);
  return [
    ...sent.map((track) => ({ ...track, packets: flow(track) })),
    ...received.map((track) => ({ ...track, packets: flow(track) })),
  ];
}

const cryptorKey = (identity: string, trackSid: string): string => `${identity} ${trackSid}`;

/** The frame cryptors that are switched on, with the protocol's key index. */
function cryptorsOf(room: Room): Set<string> {
  const value = new E2eeManagerGetFrameCryptorsRequest();
  const answer = requestE2ee(room, { case: 'managerGetFrameCryptors', value });
  if (answer.case !== 'managerGetFrameCryptors') return new Set();
  return new Set(
    answer.value.frameCryptors
      .filter(({ enabled, keyIndex }) => enabled === true && keyIndex === KEY_INDEX)
      .map(({ participantIdentity, trackSid }) => cryptorKey(participantIdentity ?? '', trackSid ?? '')),
  );
}

/**
 * RTP packets so far, of all tracks of one direction and kind: the statistics name tracks by WebRTC's own ids, which
 * `rtc-node` does not tell. The agent sends one track and receives one, or after a reconnect of the user one after another.
 */
function flowOf(stats: readonly RtcStats[]): (track: Pick<TrackEvidence, 'direction' | 'kind'>) => number {
  return ({ direction, kind }) =>
    stats.reduce((total, { stats: one }) => {
      if (direction === 'sent' && one.case === 'outboundRtp' && one.value.stream?.kind === kind) {
        return total + Number(one.value.sent?.packetsSent ?? 0n);
      }
      if (direction === 'received' && one.case === 'inboundRtp' && one.value.stream?.kind === kind) {
        return total + Number(one.value.received?.packetsReceived ?? 0n);
      }
      return total;
    }, 0);
}
