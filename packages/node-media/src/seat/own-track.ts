import { EncryptionType, TrackPublishOptions } from '@livekit/rtc-node';
import type { LocalTrack, LocalTrackPublication, Room } from '@livekit/rtc-node';
import { OracleCallError } from '@oracle-calls/protocol';
import type { Clock } from '@oracle-calls/protocol';
import { frameCryptorsOf, useSlot } from './participant-keys.ts';
import { VoiceGate } from './voice-gate.ts';

/** Publishes an own track. @throws {OracleCallError} `ERR_MEDIA_UNENCRYPTED` */
export async function publishOwn(
  room: Room,
  track: LocalTrack,
  options: ConstructorParameters<typeof TrackPublishOptions>[0],
): Promise<LocalTrackPublication> {
  const publication = await room.localParticipant?.publishTrack(track, new TrackPublishOptions(options));
  // The SFU can answer that a track is not encrypted, and the library then sends it in the clear.
  if (publication?.encryptionType !== EncryptionType.GCM) throw new OracleCallError('ERR_MEDIA_UNENCRYPTED');
  return publication;
}

export interface OwnTrack {
  readonly room: Room;
  readonly identity: string;
  readonly clock: Clock;
  /** As of now; `undefined` until it is published. */
  readonly publication: () => LocalTrackPublication | undefined;
  /** While shut, nothing is captured. */
  readonly setGate: (state: 'open' | 'shut') => void;
}

/** The gate before an own track. */
export function gateOf({ room, identity, clock, publication, setGate }: OwnTrack): VoiceGate {
  const trackSid = (): string | undefined => publication()?.sid;
  const track = {
    identity,
    get trackSid() {
      return trackSid();
    },
    cryptors: () => frameCryptorsOf(room),
    useSlot: (slot: number) => useSlot(room, identity, trackSid() ?? '', slot),
    setGate,
  };
  return new VoiceGate(track, clock);
}
