import { OracleCallError, type Clock } from '@oracle-calls/protocol';
import type { TrackStatistics } from '../media/sfu-port.ts';

/** How often the counts are read until frames have flowed both ways: a person sees the padlock close as sound begins. */
export const EVIDENCE_POLL_MS = 250;

/** Afterwards. */
export const WATCH_POLL_MS = 2_000;

/** Packets that arrive this long without one frame opened are of another key. Rekeys and lost frames take less. */
export const UNDECRYPTABLE_MS = 6_000;

/** Fewer packets than this are no speech: a second of audio has fifty. */
export const UNDECRYPTABLE_PACKETS_MIN = 50;

/** What has flowed between the two ends, by this client's own counts. */
export interface FrameCounts {
  readonly sealed: number;
  readonly opened: number;
  readonly packetsReceived: number;
}

export function countFrames(tracks: readonly TrackStatistics[], oracleIdentity: string): FrameCounts {
  const sum = (direction: 'sent' | 'received', field: 'cryptedFrames' | 'packets'): number =>
    tracks
      .filter((track) => track.direction === direction)
      .filter((track) => direction === 'sent' || track.participantIdentity === oracleIdentity)
      .reduce((total, track) => total + track[field], 0);
  return {
    sealed: sum('sent', 'cryptedFrames'),
    opened: sum('received', 'cryptedFrames'),
    packetsReceived: sum('received', 'packets'),
  };
}

export interface MediaEvidenceOptions {
  readonly clock: Clock;
  readonly oracleIdentity: string;
  readonly statistics: () => Promise<readonly TrackStatistics[]>;
  /** Whether frames really flow sealed in both directions. */
  readonly flowing: (isFlowing: boolean) => void;
  /** The oracle's packets arrive, and nothing of them opens. Told once. */
  readonly undecryptable: (error: OracleCallError) => void;
}

/** Watches, from the confirmation of an attempt on, what really flows. Dispose to stop. */
export class MediaEvidence implements Disposable {
  readonly #options: MediaEvidenceOptions;
  #before: FrameCounts | undefined;
  #last: { readonly opened: number; readonly packets: number; readonly at: number } | undefined;
  #hasSealed = false;
  #hasOpened = false;
  #isFlowing = false;
  #hasTold = false;
  #timer: Disposable | undefined;
  #isDisposed = false;

  constructor(options: MediaEvidenceOptions) {
    this.#options = options;
    void this.#look();
  }

  /** Looks now, for somebody who asks. */
  isFlowing(tracks: readonly TrackStatistics[]): boolean {
    if (this.#before === undefined) return false;
    const now = countFrames(tracks, this.#options.oracleIdentity);
    // A camera that is switched off takes its count along: what was seen once stays seen.
    this.#hasSealed ||= now.sealed > this.#before.sealed;
    this.#hasOpened ||= now.opened > this.#before.opened;
    this.#before = {
      ...now,
      sealed: Math.min(now.sealed, this.#before.sealed),
      opened: Math.min(now.opened, this.#before.opened),
    };
    // Of a track that has just been switched on nothing has left: neither sealed nor in the clear.
    const areSealed = tracks.every(({ isEncrypted, packets }) => isEncrypted || packets === 0);
    return areSealed && this.#hasSealed && this.#hasOpened;
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#timer?.[Symbol.dispose]();
  }

  async #look(): Promise<void> {
    let tracks: readonly TrackStatistics[] | undefined;
    try {
      tracks = await this.#options.statistics();
    } catch {
      // A connection that is going away; presence will say so.
    }
    if (this.#isDisposed) return;
    if (tracks !== undefined) this.#judge(tracks);
    this.#timer = this.#options.clock.after(
      this.#isFlowing ? WATCH_POLL_MS : EVIDENCE_POLL_MS,
      () => void this.#look(),
    );
  }

  #judge(tracks: readonly TrackStatistics[]): void {
    const counts = countFrames(tracks, this.#options.oracleIdentity);
    this.#before ??= counts;
    const isFlowing = this.isFlowing(tracks);
    if (isFlowing !== this.#isFlowing) {
      this.#isFlowing = isFlowing;
      this.#options.flowing(isFlowing);
    }
    this.#watch(counts);
  }

  /** Packets without sound: silence that does not even send packets is no fault. */
  #watch({ opened, packetsReceived: packets }: FrameCounts): void {
    const at = this.#options.clock.now();
    this.#last ??= { opened, packets, at };
    // Time counts from the first packet that was not opened, not from the silence before it.
    if (opened !== this.#last.opened || packets <= this.#last.packets) this.#last = { opened, packets, at };
    const isOverdue = at - this.#last.at >= UNDECRYPTABLE_MS;
    if (!isOverdue || packets - this.#last.packets < UNDECRYPTABLE_PACKETS_MIN || this.#hasTold) return;
    this.#hasTold = true;
    const details = { participantIdentity: this.#options.oracleIdentity };
    this.#options.undecryptable(new OracleCallError('ERR_MEDIA_UNDECRYPTABLE', undefined, { details }));
  }
}
