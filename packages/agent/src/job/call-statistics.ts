import type { TrackEvidence } from '@oracle-calls/node-media/seat';
import type { LogFields } from '@oracle-calls/protocol';
import type { CallLink } from './link/call-link.ts';

/** Packets in a row without one sample opened that are no accident, nor a key that comes a moment late: a second of speech has fifty. */
export const UNOPENED_PACKETS_MAX = 50;

/** The media library puts the frame cryptor before a received track some milliseconds after the track; the seat lets nothing be heard that came before. */
const LATE_CRYPTOR_PACKETS_MAX = UNOPENED_PACKETS_MAX;

/** Everything of a track that must hold for it to count as encrypted. */
const CLAIMS = ['isMarkedEncrypted', 'hasCryptor', 'isKeySet', 'isRoomEncrypted'] as const;

/** How far a received track was opened at the last sample. */
interface Opening {
  readonly packets: number;
  readonly openedSamples: number;
  /** Packets since the last sample that was opened. */
  readonly unopened: number;
}
const NOTHING_YET: Opening = { packets: 0, openedSamples: 0, unopened: 0 };

/**
 * What a call's tracks were, put together from samples: when the call is over, there is nothing left to ask.
 * A track that once carried packets without being encrypted stays marked so.
 */
export class CallStatistics {
  readonly #tracks = new Map<string, TrackEvidence>();
  readonly #openings = new Map<string, Opening>();
  /** Received tracks whose cryptor was not seen yet, with the packets that had come when they were first seen. */
  readonly #awaited = new Map<string, number>();
  #hasUnopened = false;

  add(sample: readonly TrackEvidence[]): void {
    for (const now of sample) {
      // As long as nothing flows there is nothing to protect, and not everything need be in place.
      if (now.packets === 0) continue;
      if (now.direction === 'received') this.#watchOpening(now);
      const before = this.#tracks.get(now.trackSid);
      const merged = before === undefined ? now : merge(before, now);
      this.#tracks.set(now.trackSid, this.#isCryptorOnTime(now) ? { ...merged, hasCryptor: now.hasCryptor } : merged);
    }
  }

  /** Whether a cryptor that was not there counts for nothing: it came before a second of packets had. */
  #isCryptorOnTime({ trackSid, direction, kind, packets, hasCryptor }: TrackEvidence): boolean {
    if (direction === 'sent') return false;
    const since = this.#awaited.get(trackSid);
    if (since === undefined) {
      // The first look of all decides whether the cryptor is waited for.
      if (!hasCryptor && !this.#tracks.has(trackSid)) this.#awaited.set(trackSid, packets);
      return false;
    }
    // Each picture is judged by itself before it is looked at.
    if (kind === 'audio' && packets - since >= LATE_CRYPTOR_PACKETS_MAX) return false;
    if (hasCryptor) this.#awaited.delete(trackSid);
    return hasCryptor;
  }

  /** Packets came that did not open for some seconds: whatever they were, the call's keys did not seal them. */
  addUnopened(): void {
    this.#hasUnopened = true;
  }

  /** Packets alone prove nothing: plaintext has them too, and everything else of its track may look right. */
  #watchOpening({ trackSid, packets, openedSamples, isResting }: TrackEvidence): void {
    if (isResting) {
      // Without a key nothing opens, whatever it was sealed with, and nothing of it is heard.
      this.#openings.set(trackSid, { packets, openedSamples, unopened: 0 });
      return;
    }
    const last = this.#openings.get(trackSid) ?? NOTHING_YET;
    // After a reconnect WebRTC counts from zero.
    const before = packets < last.packets || openedSamples < last.openedSamples ? NOTHING_YET : last;
    const isOpening = openedSamples > before.openedSamples;
    const unopened = isOpening ? 0 : before.unopened + packets - before.packets;
    this.#openings.set(trackSid, { packets, openedSamples, unopened });
    if (unopened >= UNOPENED_PACKETS_MAX) this.#hasUnopened = true;
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
    const tracks = [...this.#tracks.values()].map(({ trackSid: _sid, isResting: _now, ...evidence }) => ({
      ...evidence,
      encrypted: isTrackEncrypted(evidence),
    }));
    return { encrypted: wasConfirmed && this.isEncrypted, protocol, tracks };
  }
}

/** What is told of a track at the end. */
type LastingEvidence = Omit<TrackEvidence, 'trackSid' | 'isResting'>;

function isTrackEncrypted(track: LastingEvidence): boolean {
  return CLAIMS.every((claim) => track[claim]) && hasOpened(track);
}

/** What is sent is counted behind our own cryptor; what is received counts once something of it was opened. */
function hasOpened({ direction, openedSamples }: LastingEvidence): boolean {
  return direction === 'sent' || openedSamples > 0;
}

function merge(before: TrackEvidence, now: TrackEvidence): TrackEvidence {
  return {
    ...now,
    isMarkedEncrypted: before.isMarkedEncrypted && now.isMarkedEncrypted,
    hasCryptor: before.hasCryptor && now.hasCryptor,
    isKeySet: before.isKeySet && now.isKeySet,
    isRoomEncrypted: before.isRoomEncrypted && now.isRoomEncrypted,
    packets: Math.max(before.packets, now.packets),
    openedSamples: Math.max(before.openedSamples, now.openedSamples),
  };
}
