import type { CallNotice } from '@oracle-calls/sdk/core';

/** One thing that was said or written, as the oracle's side understood it. */
export interface TranscriptLine {
  readonly speaker: 'user' | 'oracle';
  readonly text: string;
  readonly how: 'spoken' | 'written';
  /** Milliseconds since the call was placed. */
  readonly atMs: number;
}

/** What both sides said, from the call's captions and chat. */
export class Transcript {
  readonly #now: () => number;
  readonly #added: (line: TranscriptLine) => void;
  readonly #lines: TranscriptLine[] = [];
  /** Utterances that are still going on, by segment: what is known of them so far. */
  readonly #open = new Map<string, TranscriptLine>();

  /** `now`: milliseconds since the call was placed. `added` hears each line once it is complete. */
  constructor(now: () => number, added: (line: TranscriptLine) => void) {
    this.#now = now;
    this.#added = added;
  }

  /** Complete lines, and at the end those that nobody completed. */
  get lines(): readonly TranscriptLine[] {
    return [...this.#lines, ...this.#open.values()].toSorted((one, other) => one.atMs - other.atMs);
  }

  hear(notice: CallNotice): void {
    if (notice.kind === 'chat') this.#add({ speaker: 'oracle', text: notice.text, how: 'written', atMs: this.#now() });
    if (notice.kind !== 'caption') return;
    const { speaker, segment, text, isFinal } = notice;
    // Its place is where it began.
    const atMs = this.#open.get(segment)?.atMs ?? this.#now();
    const line = { speaker, text, how: 'spoken', atMs } as const;
    if (!isFinal) {
      this.#open.set(segment, line);
      return;
    }
    this.#open.delete(segment);
    this.#add(line);
  }

  /** What was written from here. */
  wrote(text: string): void {
    this.#add({ speaker: 'user', text, how: 'written', atMs: this.#now() });
  }

  #add(line: TranscriptLine): void {
    this.#lines.push(line);
    this.#added(line);
  }
}
