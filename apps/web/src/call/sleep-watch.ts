import type { Clock } from '@oracle-calls/protocol';

/** How often the page looks whether time went on without it. */
const LOOK_MS = 5_000;

/** Later than this by so much, a page that is seen did not run: a busy machine is late by seconds, not by fifteen. */
export const ASLEEP_MS = 15_000;

/** Hidden pages are woken once a minute at least (Chrome's intensive throttling), and were no less awake. */
export const ASLEEP_HIDDEN_MS = 90_000;

export interface SleepWatchOptions {
  readonly clock: Clock;
  /** The document: its visibility, and the events `freeze` and `resume` of the Page Lifecycle. */
  readonly page: Pick<Document, 'visibilityState' | 'addEventListener'>;
  /** The page runs again after it did not for so long. */
  readonly woke: (sleptMs: number) => void;
}

/** Notices that the browser froze the page, or the machine slept. Dispose to stop. */
export class SleepWatch implements Disposable {
  readonly #options: SleepWatchOptions;
  readonly #over = new AbortController();
  #timer: Disposable;
  #lookedAt: number;
  #wasHidden: boolean;
  #frozenAt: number | undefined;

  constructor(options: SleepWatchOptions) {
    const { clock, page } = options;
    const { signal } = this.#over;
    this.#options = options;
    this.#lookedAt = clock.now();
    this.#wasHidden = page.visibilityState === 'hidden';
    this.#timer = clock.after(LOOK_MS, () => this.#look());
    page.addEventListener('freeze', () => void (this.#frozenAt = clock.now()), { signal });
    page.addEventListener('resume', () => this.#look(), { signal });
    page.addEventListener('visibilitychange', () => this.#look(), { signal });
  }

  [Symbol.dispose](): void {
    this.#over.abort();
    this.#timer[Symbol.dispose]();
  }

  #look(): void {
    const { clock, page, woke } = this.#options;
    const now = clock.now();
    const sleptMs = now - (this.#frozenAt ?? this.#lookedAt + LOOK_MS);
    const isHidden = page.visibilityState === 'hidden';
    const bound = this.#frozenAt !== undefined ? LOOK_MS : this.#wasHidden ? ASLEEP_HIDDEN_MS : ASLEEP_MS;
    this.#frozenAt = undefined;
    this.#lookedAt = now;
    this.#wasHidden = isHidden;
    this.#timer[Symbol.dispose]();
    this.#timer = clock.after(LOOK_MS, () => this.#look());
    if (sleptMs >= bound) woke(sleptMs);
  }
}
