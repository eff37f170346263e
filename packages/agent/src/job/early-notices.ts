import type { SeatNotice } from '@oracle-calls/node-media/seat';

/** A room has two participants; more notices than this before the call is set up are somebody's mischief. */
const EARLY_MAX = 256;

/** Keeps what happens in the room until the call is set up, and then passes everything on, in order. */
export class EarlyNotices {
  readonly #early: SeatNotice[] = [];
  #take: ((notice: SeatNotice) => void) | undefined;

  readonly observe = (notice: SeatNotice): void => {
    if (this.#take !== undefined) this.#take(notice);
    // Frames without a key to open them are sent again.
    else if (notice.kind !== 'frame' && this.#early.length < EARLY_MAX) this.#early.push(notice);
  };

  passTo(take: (notice: SeatNotice) => void): void {
    for (const notice of this.#early.splice(0)) take(notice);
    this.#take = take;
  }
}
