import type { CallContext, Turn } from '../brain/brain.ts';
import type { CallPlan, OracleDefinition } from './define-oracle.ts';

/** Sessions whose plan is kept: more than any worker has calls. */
const MAX_PLANS = 256;

/** What `onCall` said, once for each call. A call is new when nothing was answered in it yet. */
export class CallPlans {
  readonly #definition: Pick<OracleDefinition, 'instructions' | 'onCall'>;
  readonly #plans = new Map<string, { readonly plan: Promise<CallPlan | undefined>; instructions: string }>();

  constructor(definition: Pick<OracleDefinition, 'instructions' | 'onCall'>) {
    this.#definition = definition;
  }

  /** Makes the plan of a call if there is none. @throws what `onCall` throws, each time anew */
  async prepare(turns: readonly Turn[], context: CallContext): Promise<void> {
    const { sessionId } = context;
    const isNew = turns.filter(({ speaker }) => speaker === 'user').length <= 1;
    const known = isNew && turns.every(({ speaker }) => speaker === 'user') ? undefined : this.#plans.get(sessionId);
    if (known !== undefined) return void (await known.plan);
    const { instructions, onCall } = this.#definition;
    const plan = Promise.resolve(onCall?.call(this.#definition, context));
    const entry = { plan, instructions };
    this.#plans.delete(sessionId);
    this.#plans.set(sessionId, entry);
    const [oldest] = this.#plans.keys();
    if (this.#plans.size > MAX_PLANS && oldest !== undefined) this.#plans.delete(oldest);
    try {
      const more = (await plan)?.instructions;
      if (more !== undefined) entry.instructions = `${instructions}\n\n${more}`;
    } catch (cause) {
      if (this.#plans.get(sessionId) === entry) this.#plans.delete(sessionId);
      throw cause;
    }
  }

  instructionsFor({ sessionId }: CallContext): string {
    return this.#plans.get(sessionId)?.instructions ?? this.#definition.instructions;
  }
}
