import {
  EncryptionType,
  RemoteTrackPublication,
  RoomEvent,
  TrackKind,
  TrackSource,
  VideoBufferType,
  VideoStream,
} from '@livekit/rtc-node';
import type { RemoteTrack, Room } from '@livekit/rtc-node';
import type { Clock } from '@oracle-calls/protocol';
import { framesOf } from './media-evidence.ts';
import { frameCryptorsOf } from './participant-keys.ts';
import { isSealed, judgePictures } from './picture-gate.ts';
import type { PictureVerdict, SeenTrack } from './picture-gate.ts';
import type { SeatNotice, SeenPicture } from './sfu-seat.ts';

/** A person who asked waits: a picture that takes longer, in ms, is none. LiveKit asks a sender for a whole picture once a second at most. */
export const LOOK_MAX_MS = 3_000;
/** A track that came too early is asked for anew. One in some dozens is, so this many in a row are somebody's doing. */
const ATTEMPTS_MAX = 4;
/** The media library tells at once that a track is gone; it is not waited for longer, in ms. */
const GONE_MAX_MS = 1_000;

export interface SeatEyesOptions {
  readonly room: Room;
  readonly clock: Clock;
  readonly observe: (notice: SeatNotice) => void;
  /** Whether this participant was admitted, and its key is set here. */
  readonly isTrusted: (participantIdentity: string) => boolean;
  /** While the track is still there, after a picture of it was taken, or should have been. */
  readonly looked: () => Promise<void>;
  /** Aborts when the seat is left. */
  readonly closing: AbortSignal;
}

/**
 * Looks at what a participant shows, one picture at a time: the track is subscribed for one look alone, so that nobody's pictures flow,
 * or are decoded, unless somebody asks. Each look judges the track anew (`picture-gate.ts`), whatever was before it.
 */
export class SeatEyes {
  readonly #options: SeatEyesOptions;
  #running: Promise<SeenPicture | undefined> | undefined;
  #looking = new AbortController();

  constructor(options: SeatEyesOptions) {
    this.#options = options;
    const stop = (): void => this.#looking.abort(new Error('the connection is interrupted'));
    options.room.on(RoomEvent.Reconnecting, stop);
    options.room.on(RoomEvent.Disconnected, stop);
    options.closing.addEventListener('abort', stop, { once: true });
  }

  /** `undefined`: nothing is shown, or nothing of it may be looked at. Whoever asks while somebody looks gets the same picture. */
  look(participantIdentity: string): Promise<SeenPicture | undefined> {
    this.#running ??= this.#look(participantIdentity).finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #look(participantIdentity: string): Promise<SeenPicture | undefined> {
    const { clock, closing, observe } = this.#options;
    if (closing.aborted) return undefined;
    const publication = this.#shownBy(participantIdentity);
    if (publication === undefined) return undefined;
    const refuse = (): undefined => {
      observe({ kind: 'refused', participantIdentity, reason: 'not-encrypted' });
    };
    if (publication.encryptionType !== EncryptionType.GCM) return refuse();
    const { signal } = (this.#looking = new AbortController());
    using _bound = clock.after(LOOK_MAX_MS, () => this.#looking.abort(new Error('no picture came in time')));
    try {
      for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
        const seen = await this.#glance(publication, participantIdentity, signal);
        if (seen === 'unsealed') return refuse();
        if (seen !== 'too-early') return seen;
      }
      return refuse();
    } catch {
      // No picture came, or the room is gone; what came in its place is in the evidence.
      return undefined;
    }
  }

  /** The screen before the camera: who shares one means it. What its owner muted is not looked at. */
  #shownBy(participantIdentity: string): RemoteTrackPublication | undefined {
    const { room, isTrusted } = this.#options;
    if (!isTrusted(participantIdentity)) return undefined;
    const published = room.remoteParticipants.get(participantIdentity)?.trackPublications.values() ?? [];
    const shown = [...published].filter(
      (one): one is RemoteTrackPublication =>
        one instanceof RemoteTrackPublication && one.kind === TrackKind.KIND_VIDEO && one.muted !== true,
    );
    return shown.find(({ source }) => source === TrackSource.SOURCE_SCREENSHARE) ?? shown[0];
  }

  async #glance(
    publication: RemoteTrackPublication,
    identity: string,
    signal: AbortSignal,
  ): Promise<SeenPicture | Exclude<PictureVerdict, 'sealed'>> {
    const { room, clock, looked, isTrusted } = this.#options;
    const track: SeenTrack = {
      identity,
      trackSid: publication.sid,
      cryptors: () => frameCryptorsOf(room),
      counts: () => framesOf(room),
    };
    const { frames: before } = await framesOf(room);
    const arriving = this.#whenSubscribed(publication, signal);
    publication.setSubscribed(true);
    try {
      const remoteTrack = await arriving;
      const verdict = await judgePictures(track, before, clock, signal);
      if (verdict !== 'sealed') return verdict;
      try {
        const picture = await pictureOf(remoteTrack, publication, signal);
        // Whoever was refused meanwhile, or switched the camera off, is not looked at.
        if (!isSealed(track) || !isTrusted(identity) || publication.muted === true) return 'unsealed';
        return picture;
      } finally {
        await looked().catch(() => undefined);
      }
    } finally {
      await this.#letGo(publication);
    }
  }

  #whenSubscribed(publication: RemoteTrackPublication, signal: AbortSignal): Promise<RemoteTrack> {
    const { room } = this.#options;
    const arrived = Promise.withResolvers<RemoteTrack>();
    const onSubscribed = (track: RemoteTrack, { sid }: RemoteTrackPublication): void => {
      if (sid === publication.sid) arrived.resolve(track);
    };
    const onAbort = (): void => arrived.reject(signal.reason);
    room.on(RoomEvent.TrackSubscribed, onSubscribed);
    signal.addEventListener('abort', onAbort, { once: true });
    return arrived.promise.finally(() => {
      room.off(RoomEvent.TrackSubscribed, onSubscribed);
      signal.removeEventListener('abort', onAbort);
    });
  }

  /** The next look must not meet the track of this one. */
  async #letGo(publication: RemoteTrackPublication): Promise<void> {
    const { room, clock } = this.#options;
    const gone = Promise.withResolvers<void>();
    const onGone = (_track: RemoteTrack, { sid }: RemoteTrackPublication): void => {
      if (sid === publication.sid) gone.resolve();
    };
    room.on(RoomEvent.TrackUnsubscribed, onGone);
    using _bound = clock.after(GONE_MAX_MS, () => gone.resolve());
    try {
      publication.setSubscribed(false);
      if (publication.track !== undefined) await gone.promise;
    } catch {
      // The publication is gone, and the track with it.
    } finally {
      room.off(RoomEvent.TrackUnsubscribed, onGone);
    }
  }
}

/** The next picture of a track. One is read, and the stream is let go: each takes megabytes. */
async function pictureOf(
  track: RemoteTrack,
  publication: RemoteTrackPublication,
  signal: AbortSignal,
): Promise<SeenPicture> {
  const reader = new VideoStream(track).getReader();
  const stop = (): void => void reader.cancel().catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const { value } = await reader.read();
    signal.throwIfAborted();
    if (value === undefined) throw new Error('the track ended');
    const { width, height, data } = value.frame.convert(VideoBufferType.RGBA);
    const source = publication.source === TrackSource.SOURCE_SCREENSHARE ? 'screen' : 'camera';
    return { source, width, height, rgba: data, rotation: ROTATIONS[value.rotation] };
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

/** Degrees clockwise, by the binding's enum. */
const ROTATIONS = [0, 90, 180, 270] as const;
