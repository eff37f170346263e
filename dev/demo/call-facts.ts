import { systemClock, type Clock } from '@oracle-calls/protocol';
import * as v from 'valibot';

/** What backend and agent log of a call, gathered from their JSON lines. */
const factSchema = v.looseObject({
  at: v.string(),
  msg: v.string(),
  callId: v.optional(v.string()),
});
export type CallFact = v.InferOutput<typeof factSchema>;

const POLL_MS = 50;

export class CallFacts {
  readonly #facts: CallFact[] = [];

  /** Takes one line of a part's output; lines that are no facts are passed over. */
  add(line: string): void {
    if (!line.startsWith('{')) return;
    try {
      const parsed = v.safeParse(factSchema, JSON.parse(line));
      if (parsed.success) this.#facts.push(parsed.output);
    } catch {
      // Not ours: some library's own output.
    }
  }

  find(msg: string, callId: string): CallFact | undefined {
    return this.#facts.find((fact) => fact.msg === msg && fact.callId === callId);
  }

  /** Every fact of this message, oldest first. */
  all(msg: string): readonly CallFact[] {
    return this.#facts.filter((fact) => fact.msg === msg);
  }

  /** A fact as soon as it is logged; `undefined` when it is not in time. */
  async waitFor(msg: string, callId: string, maxMs: number, clock: Clock = systemClock): Promise<CallFact | undefined> {
    const until = clock.now() + maxMs;
    while (clock.now() < until) {
      const fact = this.find(msg, callId);
      if (fact !== undefined) return fact;
      await clock.sleep(POLL_MS);
    }
    return this.find(msg, callId);
  }

  /** Epoch milliseconds of a fact. */
  timeOf(msg: string, callId: string): number | undefined {
    const fact = this.find(msg, callId);
    return fact === undefined ? undefined : Date.parse(fact.at);
  }
}
