import { WorkQueue } from '../speech-host/work-queue.ts';

/**
 * The model's memories, shared by calls: each answer takes one, by preference the one that wrote the same call's last
 * answer, which still holds what was said; else the one that was left alone the longest.
 */
export class SequencePlaces<S> {
  readonly #queue: WorkQueue;
  /** Free ones, the longest unused first. */
  readonly #free: { readonly sequence: S; session: string | undefined }[];

  constructor(sequences: readonly S[]) {
    this.#queue = new WorkQueue(sequences.length);
    this.#free = sequences.map((sequence) => ({ sequence, session: undefined }));
  }

  /** Runs `work` on a sequence, in turn. @throws `signal.reason` when aborted before it starts */
  use<T>(session: string, work: (sequence: S) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#queue.run(async () => {
      const own = this.#free.findIndex((place) => place.session === session);
      const [place] = this.#free.splice(Math.max(0, own), 1);
      if (place === undefined) throw new RangeError('more answers than sequences');
      place.session = session;
      try {
        return await work(place.sequence);
      } finally {
        this.#free.push(place);
      }
    }, signal);
  }
}
