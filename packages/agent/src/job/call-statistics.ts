import type { LogFields } from '@oracle-calls/protocol';
import type { CallLink } from './link/call-link.ts';

/** What is known of one track at one moment. */
export interface TrackEvidence {
  readonly trackSid: string;
  readonly direction: 'sent' | 'received';
  readonly kind: 'audio' | 'video';
  /** The publication is marked encrypted (GCM). The SFU's word. */
  readonly isMarkedEncrypted: boolean;
  /** This process has a frame cryptor for the track, switched on, with the call's key index. */
  readonly hasCryptor: boolean;
  /** The media key of the track's sender was set here. */
  readonly isKeySet: boolean;
  /** Encryption of the whole room is switched on. */
  readonly isRoomEncrypted: boolean;
  /** RTP packets so far, as WebRTC counts them. */
  readonly packets: number;
}

/** Everything of a track that must hold for it to count as encrypted. */
const CLAIMS = ['isMarkedEncrypted', 'hasCryptor', 'isKeySet', 'isRoomEncrypted'] as const;

/**
 * What a call's tracks were, put together from samples: when the call is over, there is nothing left to ask.
 * A track that once carried packets without being encrypted stays marked so.
 */
export class CallStatistics {
  readonly #tracks = new Map<string, TrackEvidence>();
  #hasUnopened = false;

  add(sample: readonly TrackEvidence[]): void {
    for (const now of sample) {
      // As long as nothing flows there is nothing to protect, and not everything need be in place.
      if (now.packets === 0) continue;
      const before = this.#tracks.get(now.trackSid);
      this.#tracks.set(now.trackSid, before === undefined ? now : merge(before, now));
    }
  }

  /** Packets came that did not open for some seconds: whatever they were, the call's keys did not seal them. */
  addUnopened(): void {
    this.#hasUnopened = true;
  }

  /** Sound flowed both ways, all of it opened, and every track of either direction was encrypted by all that this process can know. */
  get isEncrypted(): boolean {
    const tracks = [...this.#tracks.values()];
    const flowed = (direction: TrackEvidence['direction']): boolean =>
      tracks.some((track) => track.direction === direction);
    return !this.#hasUnopened && flowed('sent') && flowed('received') && tracks.every(isTrackEncrypted);
  }

  /** `encrypted` needs more than tracks: a handshake was confirmed, so it is the user who has the other key. */
  toFields({ protocol, wasConfirmed }: Pick<CallLink, 'protocol' | 'wasConfirmed'>): LogFields {
    const tracks = [...this.#tracks.values()].map(({ trackSid: _sid, ...evidence }) => ({
      ...evidence,
      encrypted: isTrackEncrypted(evidence),
    }));
    return { encrypted: wasConfirmed && this.isEncrypted, protocol, tracks };
  }
}

function isTrackEncrypted(track: Omit<TrackEvidence, 'trackSid'>): boolean {
  return CLAIMS.every((claim) => track[claim]);
}

function merge(before: TrackEvidence, now: TrackEvidence): TrackEvidence {
  return {
    ...now,
    isMarkedEncrypted: before.isMarkedEncrypted && now.isMarkedEncrypted,
    hasCryptor: before.hasCryptor && now.hasCryptor,
    isKeySet: before.isKeySet && now.isKeySet,
    isRoomEncrypted: before.isRoomEncrypted && now.isRoomEncrypted,
    packets: Math.max(before.packets, now.packets),
  };
}
