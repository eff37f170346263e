import { TextConversation } from '@oracle-calls/agent/oracle';
import type { ApprovalRequest, Brain, CallContext, Turn } from '@oracle-calls/agent/oracle';

export interface ScriptedConversationOptions {
  readonly context?: CallContext | undefined;
  /** What the user says to a question about a tool; no when absent. */
  readonly approve?: boolean | ((request: ApprovalRequest) => boolean) | undefined;
}

/**
 * A conversation for tests of an oracle: says lines, and gives back what the oracle would say aloud.
 *
 * @example
 *   const talk = converseWith(await openOracle(oracle, { weightsDir }), { approve: true });
 *   expect(await talk.say('Order a taxi to the station.')).toContain('on its way');
 *   expect(talk.approvals).toEqual([expect.objectContaining({ tool: 'orderTaxi' })]);
 */
export interface ScriptedConversation {
  readonly turns: readonly Turn[];
  /** Every question about a tool that the user was asked, in order. */
  readonly approvals: readonly ApprovalRequest[];
  /** The whole answer. */
  say(text: string): Promise<string>;
  /** The answer until the user interrupts it: as soon as it is this long, in characters. */
  sayAndInterrupt(text: string, afterLength: number): Promise<string>;
}

export function converseWith(
  brain: Brain,
  { context, approve = false }: ScriptedConversationOptions = {},
): ScriptedConversation {
  const approvals: ApprovalRequest[] = [];
  const talk = new TextConversation(brain, {
    context,
    approve: (request) => {
      approvals.push(request);
      return Promise.resolve(typeof approve === 'boolean' ? approve : approve(request));
    },
  });
  const read = async (text: string, maxLength: number): Promise<string> => {
    let heard = '';
    for await (const piece of talk.say(text)) {
      heard += piece;
      if (heard.length >= maxLength) break;
    }
    return heard;
  };
  return {
    get turns() {
      return talk.turns;
    },
    approvals,
    say: (text) => read(text, Infinity),
    sayAndInterrupt: read,
  };
}
