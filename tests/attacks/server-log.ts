import { systemClock } from '@oracle-calls/protocol';
import type { Part } from '../../dev/stack/part-log.ts';

/** A line of JSON of a part's log. */
export type LogFact = Readonly<Record<string, unknown>>;

/** On two busy cores a part says what it did within this time, in ms. */
const SAID_MAX_MS = 20_000;
const POLL_MS = 25;

/** Every line of every part, to wait for and to search. */
export class ServerLog {
  readonly lines: string[] = [];
  readonly #facts: LogFact[] = [];

  add(part: Part, line: string): void {
    this.lines.push(`${part} | ${line}`);
    if (process.env['ATTACK_LOG'] !== undefined) console.error(`${part} | ${line}`);
    if (!line.startsWith('{')) return;
    try {
      this.#facts.push(JSON.parse(line) as LogFact);
    } catch {
      // Not one of ours.
    }
  }

  /** The first line that fits, as soon as it is there. */
  async untilSaid(what: string, fits: (fact: LogFact) => boolean, maxMs = SAID_MAX_MS): Promise<LogFact> {
    const until = systemClock.now() + maxMs;
    for (;;) {
      const found = this.#facts.find(fits);
      if (found !== undefined) return found;
      if (systemClock.now() > until)
        throw new Error(`Nobody said ${what}; the last lines:\n${this.lines.slice(-15).join('\n')}`);
      await systemClock.sleep(POLL_MS);
    }
  }
}
