import { createBrain, createCallMemory, ON_THIS_MACHINE, openOracle } from '@oracle-calls/agent/oracle';
import type { Brain, CallContext, CallMemory, OracleDefinition, ToolUse } from '@oracle-calls/agent/oracle';
import { converseWith } from './scripted-conversation.ts';
import type { ScriptedConversation, ScriptedConversationOptions } from './scripted-conversation.ts';
import { ScriptedUser } from './scripted-user.ts';
import type { ShownQuestion } from './scripted-user.ts';
import { wordsEmbedder } from './words-embedder.ts';

export interface OracleTalkOptions extends Pick<ScriptedConversationOptions, 'approve'> {
  readonly context?: Omit<CallContext, 'user' | 'memory'> | undefined;
  /** The key that the user touches under a question with quick replies. */
  readonly touch?: ConstructorParameters<typeof ScriptedUser>[0];
  /** What is remembered of earlier calls; a memory without anything when absent. */
  readonly memory?: CallMemory | undefined;
  /**
   * Folder with the local models. Without it documents and examples of tools are found by their words alone, which takes no time and
   * knows no meanings.
   */
  readonly weightsDir?: string | undefined;
}

/** A call with an oracle, in writing. */
export interface OracleTalk extends ScriptedConversation, AsyncDisposable {
  /** Every tool that was to be run, and what came of it. */
  readonly toolUses: readonly ToolUse[];
  /** Questions with quick replies that were shown. */
  readonly questions: readonly ShownQuestion[];
  /** What the oracle wrote into the chat. */
  readonly chat: readonly string[];
  readonly memory: CallMemory;
}

/**
 * Calls an oracle as its file defines it, in writing: its documents, tools, `onCall` and memory are the real ones.
 *
 * @example
 *   await using talk = await talkTo(oracle, { approve: true });
 *   expect(await talk.say('A taxi to the station, please.')).toContain('comes at');
 *   expect(talk.toolUses).toMatchObject([{ name: 'orderTaxi' }]);
 */
export async function talkTo(oracle: OracleDefinition, options: OracleTalkOptions = {}): Promise<OracleTalk> {
  const { weightsDir, memory = createCallMemory(), approve } = options;
  const toolUses: ToolUse[] = [];
  const user = new ScriptedUser(options.touch);
  const withoutModels = {
    openEmbedder: () => Promise.resolve(wordsEmbedder()),
    openTalker: () => Promise.resolve(mute()),
  };
  const brain = await openOracle(oracle, {
    weightsDir: weightsDir ?? '',
    onToolUse: (use) => toolUses.push(use),
    ...(weightsDir === undefined ? withoutModels : {}),
  });
  const context: CallContext = { sessionId: 'session', ...options.context, user, memory };
  const talk = converseWith(brain, { context, approve });
  return {
    get turns() {
      return talk.turns;
    },
    approvals: talk.approvals,
    say: (text) => talk.say(text),
    sayAndInterrupt: (text, afterLength) => talk.sayAndInterrupt(text, afterLength),
    toolUses,
    questions: user.questions,
    chat: user.chat,
    memory,
    [Symbol.asyncDispose]: () => brain.close(),
  };
}

/** In the place of the little language model, whose words no test should rely on. */
function mute(): Brain {
  return createBrain({
    title: 'nobody',
    place: ON_THIS_MACHINE,
    answer: () => {
      throw new RangeError('this would be answered by the language model, which is not there');
    },
  });
}
