import type { CallContext } from '../brain/brain.ts';
import type { CallPlan, OracleDefinition } from './define-oracle.ts';

/** Calls whose plan is kept: more than any worker has. */
const MAX_PLANS = 256;

interface Entry {
  readonly plan: Promise<CallPlan | undefined>;
  /** Something was remembered when it was made, and may be in it. */
  readonly hasRemembered: boolean;
  instructions: string;
}

/** What `onCall` said, once for each call, however often its first answer is begun. */
export class CallPlans {
  readonly #definition: Pick<OracleDefinition, 'instructions' | 'onCall'>;
  readonly #plans = new Map<string, Entry>();

  constructor(definition: Pick<OracleDefinition, 'instructions' | 'onCall'>) {
    this.#definition = definition;
  }

  /** Makes the plan of a call if there is none, or the user has had forgotten what it was made with. @throws what `onCall` throws; then the next answer asks again */
  async prepare(context: CallContext): Promise<void> {
    const key = keyOf(context);
    const known = this.#plans.get(key);
    const hasRemembered = remembersAnything(context);
    if (known !== undefined && (hasRemembered || !known.hasRemembered)) return void (await known.plan);
    const { instructions, onCall } = this.#definition;
    // Within a promise, so that what it throws at once is treated the same.
    const plan = Promise.resolve().then(() => onCall?.call(this.#definition, context));
    const entry: Entry = { plan, hasRemembered, instructions };
    this.#plans.set(key, entry);
    const [oldest] = this.#plans.keys();
    if (this.#plans.size > MAX_PLANS && oldest !== undefined) this.#plans.delete(oldest);
    try {
      const more = (await plan)?.instructions;
      if (more !== undefined) entry.instructions = `${instructions}\n\n${more}`;
    } catch (cause) {
      if (this.#plans.get(key) === entry) this.#plans.delete(key);
      throw cause;
    }
  }

  instructionsFor(context: CallContext): string {
    return this.#plans.get(keyOf(context))?.instructions ?? this.#definition.instructions;
  }
}

const remembersAnything = ({ memory }: CallContext): boolean =>
  memory !== undefined && (memory.turns.length > 0 || memory.notes.names.length > 0);

/** Whoever does not tell calls apart has one in each session. */
const keyOf = ({ conversationId, sessionId }: CallContext): string => conversationId ?? sessionId;
