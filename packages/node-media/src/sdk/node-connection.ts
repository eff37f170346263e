import { OracleCallError, toOracleCallError } from '@oracle-calls/protocol';
import type { Clock, Logger } from '@oracle-calls/protocol';
import type { FrameKeys, SendFrame } from '@oracle-calls/protocol/secure-link';
import { isSafeUrl, Observers } from '@oracle-calls/sdk/core';
import type { LocalTrack, SfuConnection, SfuConnectOptions, SfuNotice, TrackStatistics } from '@oracle-calls/sdk/core';
import { identityOf } from '../guard/index.ts';
import { VOICE_SAMPLE_RATE } from '../pcm/index.ts';
import type { CallerSeat, SeatAddress, SeatNotice } from '../seat/index.ts';
import { LocalSound } from './local-sound.ts';
import { RemoteSound } from './remote-sound.ts';
import type { HeardSound } from './remote-sound.ts';
import { toTrackStatistics } from './seat-statistics.ts';

export interface NodeConnectionOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onHeard: (sound: HeardSound) => void;
  /** @throws {OracleCallError} `ERR_MEDIA_CONNECT` when the token names nobody */
  readonly createSeat: (address: SeatAddress) => CallerSeat;
}

/** One stay in a LiveKit room: the SDK's port over a {@link CallerSeat}, which keeps the rules. */
export class NodeConnection implements SfuConnection {
  readonly frameKeys: FrameKeys = {
    installReceiving: (identity, slot, key) => this.#seated().frameKeys.installReceiving(identity, slot, key),
    switchSending: async (slot, key) => {
      await this.#seated().frameKeys.switchSending(slot, key);
      this.#tell({ kind: 'sendingGuarded', isReady: true });
    },
    retire: (slot) => this.#seated().frameKeys.retire(slot),
  };
  readonly sendFrame: SendFrame = async (frame, participantIdentity) => {
    try {
      await this.#seated().sendFrame(frame, participantIdentity);
    } catch (cause) {
      throw toOracleCallError(cause, 'ERR_MEDIA_CONNECT');
    }
  };
  readonly #options: NodeConnectionOptions;
  readonly #observers = new Observers<SfuNotice>();
  readonly #heard = new Set<RemoteSound>();
  #muted = new WeakSet<LocalTrack>();
  #published: LocalSound | undefined;
  #seat: CallerSeat | undefined;
  #tracks = 0;
  #state: 'new' | 'connected' | 'lost' | 'closed' = 'new';

  constructor(options: NodeConnectionOptions) {
    this.#options = options;
  }

  observe(listener: (notice: SfuNotice) => void): Disposable {
    return this.#observers.observe(listener);
  }

  async connect({ url, joinToken, identity, signal }: SfuConnectOptions): Promise<void> {
    signal.throwIfAborted();
    if (!URL.canParse(url) || !isSafeUrl(new URL(url), 'wss:', 'ws:')) {
      throw new OracleCallError('ERR_MEDIA_CONNECT', "The media server's address must be wss, or ws on this machine.");
    }
    const token = joinToken.expose();
    // The keys of a call are bound to this identity; the guard then holds the SFU to the token's.
    if (identityOf(token) !== identity) {
      throw new OracleCallError('ERR_MEDIA_CONNECT', 'The join token is for somebody else.');
    }
    const { createSeat, clock } = this.#options;
    const seat = createSeat({ url, token, clock, earSampleRate: VOICE_SAMPLE_RATE });
    this.#seat = seat;
    const leave = (): void => void seat.close();
    signal.addEventListener('abort', leave, { once: true });
    try {
      await seat.join({ onStage: () => undefined, observe: (notice) => this.#hear(notice) });
      signal.throwIfAborted();
    } catch (cause) {
      await seat.close();
      signal.throwIfAborted();
      throw toOracleCallError(cause, 'ERR_MEDIA_CONNECT');
    } finally {
      signal.removeEventListener('abort', leave);
    }
    if (this.#state === 'new') this.#state = 'connected';
  }

  admit(participantIdentity: string): void {
    // Whoever proves itself in the moment of a loss is not heard any more.
    if (this.#state === 'lost' || this.#state === 'closed') return;
    this.#seated().admit(participantIdentity);
  }

  refuse(participantIdentity: string): void {
    this.#seat?.refuse(participantIdentity);
    for (const sound of this.#heard) {
      if (sound.participantIdentity === participantIdentity) this.#forget(sound);
    }
  }

  async publish(track: LocalTrack): Promise<void> {
    if (!(track instanceof LocalSound)) throw new OracleCallError('ERR_MEDIA_DEVICE', 'The device gives no sound.');
    const { speaker } = this.#seated();
    this.#published = track;
    speaker.setMuted(this.#muted.has(track));
    track.connect(speaker);
  }

  /** There is one voice in the room: another sound speaks with it. */
  async replace(track: LocalTrack, by: LocalTrack): Promise<void> {
    if (track !== this.#published) throw new OracleCallError('ERR_MEDIA_CONNECT', 'The sound is not published.');
    await this.publish(by);
  }

  async unpublish(track: LocalTrack): Promise<void> {
    if (track !== this.#published) return;
    this.#published = undefined;
    this.#seat?.speaker.setMuted(true);
  }

  async network(): Promise<undefined> {
    // Nobody looks at it here.
  }

  async setMuted(track: LocalTrack, isMuted: boolean): Promise<void> {
    if (isMuted) this.#muted.add(track);
    else this.#muted.delete(track);
    if (track === this.#published) this.#seat?.speaker.setMuted(isMuted);
  }

  async statistics(): Promise<readonly TrackStatistics[]> {
    if (this.#state === 'closed' || this.#seat === undefined) return [];
    const samples = await this.#seat.sampleTracks();
    return samples.map(toTrackStatistics);
  }

  async close(): Promise<void> {
    this.#state = 'closed';
    this.#observers.clear();
    for (const sound of this.#heard) sound[Symbol.dispose]();
    this.#heard.clear();
    await this.#seat?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @throws {OracleCallError} `ERR_MEDIA_CONNECT` */
  #seated(): CallerSeat {
    if (this.#seat === undefined) throw new OracleCallError('ERR_MEDIA_CONNECT', 'The media server is not joined.');
    return this.#seat;
  }

  #tell(notice: SfuNotice): void {
    this.#observers.tell(notice);
  }

  #hear(notice: SeatNotice): void {
    const { logger } = this.#options;
    switch (notice.kind) {
      case 'user-here': {
        const { participantIdentity, participantKind } = notice;
        this.#tell({ kind: 'participantJoined', participantIdentity, participantKind });
        return;
      }
      case 'user-gone':
        this.#tell({ kind: 'participantLeft', participantIdentity: notice.participantIdentity });
        return;
      case 'user-audio':
        this.#arrived(notice);
        return;
      case 'refused':
        // Strangers are known from their joining, and what is no sound is nothing to a caller without a screen.
        if (notice.reason === 'not-encrypted') {
          this.#tell({ kind: 'trackRefused', participantIdentity: notice.participantIdentity });
        }
        return;
      case 'frame':
        this.#tell({ kind: 'frame', participantIdentity: notice.participantIdentity, frame: notice.frame });
        return;
      case 'reconnecting':
        this.#tell({ kind: 'sendingGuarded', isReady: false });
        this.#tell({ kind: 'reconnecting' });
        return;
      case 'reconnected':
        this.#tell({ kind: 'sendingGuarded', isReady: true });
        this.#tell({ kind: 'reconnected' });
        return;
      case 'undecryptable':
        this.#tell({ kind: 'undecryptable', participantIdentity: notice.participantIdentity });
        return;
      case 'broken':
        logger.warn('the media server broke a rule', { code: notice.error.code });
        this.#lost({ kind: 'disconnected', cause: 'lost', error: notice.error });
        return;
      case 'seat-lost':
        this.#lost({ kind: 'disconnected', cause: notice.isDeliberate ? 'room-closed' : 'lost' });
        return;
      case 'voice-subscribed':
        return;
    }
  }

  #lost(notice: SfuNotice): void {
    if (this.#state === 'lost' || this.#state === 'closed') return;
    this.#state = 'lost';
    this.#tell(notice);
  }

  #arrived({ participantIdentity, stream }: Extract<SeatNotice, { readonly kind: 'user-audio' }>): void {
    const { clock, onHeard } = this.#options;
    this.#tracks += 1;
    const sound: RemoteSound = new RemoteSound({
      trackId: `${participantIdentity}/${String(this.#tracks)}`,
      participantIdentity,
      stream,
      clock,
      onHeard,
      onEnded: () => this.#forget(sound),
    });
    this.#heard.add(sound);
    this.#tell({ kind: 'trackArrived', track: sound });
  }

  #forget(sound: RemoteSound): void {
    if (!this.#heard.delete(sound)) return;
    sound[Symbol.dispose]();
    this.#tell({ kind: 'trackGone', trackId: sound.trackId });
  }
}
