import { createBrain, ON_THIS_MACHINE, questionOf } from '@oracle-calls/agent/oracle';
import type { BrainKit, OwnBrain, ToolOutcome } from '@oracle-calls/agent/oracle';

/** What a language model would do next: say something, use a tool, or say something about what the tool gave. */
export type ModelStep =
  | string
  | { readonly tool: string; readonly with?: Readonly<Record<string, unknown>> | undefined }
  | ((outcome: ToolOutcome | undefined) => string);

/** For each question what is done about it. */
export type ModelScript = Readonly<Record<string, string | readonly ModelStep[]>>;

export interface ScriptedModel extends OwnBrain {
  /** The oracle's instructions in the call of the last answer, as a model would have got them. */
  readonly instructions: string;
}

/**
 * Stands in for the language model of an oracle, whose tools, documents and `onCall` are the real ones. A question that nobody wrote down is
 * an error, so that a test never passes on an answer that it does not know.
 *
 * @example
 *   const brain = scriptedModel({ 'A taxi.': [{ tool: 'orderTaxi', with: { place: 'here' } }, (outcome) => outcome.text] });
 */
export function scriptedModel(script: ModelScript): ScriptedModel {
  let instructions = '';
  return {
    kind: 'own',
    place: ON_THIS_MACHINE,
    get instructions() {
      return instructions;
    },
    open: (kit: BrainKit) =>
      createBrain({
        title: 'scripted model',
        place: ON_THIS_MACHINE,
        async *answer(turns, context, how = {}) {
          instructions = kit.instructionsFor(context);
          const question = questionOf(turns);
          const steps = script[question];
          if (steps === undefined) throw new RangeError(`nothing is written down for ${JSON.stringify(question)}`);
          let outcome: ToolOutcome | undefined;
          for (const step of typeof steps === 'string' ? [steps] : steps) {
            how.signal?.throwIfAborted();
            if (typeof step === 'string') yield step;
            else if (typeof step === 'function') yield step(outcome);
            else {
              const argumentsText = JSON.stringify(step.with ?? {});
              outcome = await kit.toolBox.run({ name: step.tool, argumentsText }, context, how);
            }
          }
        },
      }),
  };
}
