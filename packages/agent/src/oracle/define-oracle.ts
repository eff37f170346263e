import type { Clock, Logger } from '@oracle-calls/protocol';
import type { Avatar } from '../avatar/avatar.ts';
import type { Brain, CallContext } from '../brain/brain.ts';
import type { EnginePlace } from '@oracle-calls/protocol/hearing';
import type { Library } from '../documents/library.ts';
import type { Tool } from '../tools/tool.ts';
import type { MemoryOption } from '../memory/memory-settings.ts';
import type { ToolBox } from '../tools/tool-box.ts';
import type { BrainSettings } from './brain-settings.ts';
import type { TurnSettings } from './turn-settings.ts';

/** What a call begins with. */
export interface CallPlan {
  /** Added to the oracle's instructions for this call alone. */
  readonly instructions?: string | undefined;
}

/** What a brain of the author's own is made of. */
export interface BrainKit {
  /** The oracle's instructions, with those of the call. */
  instructionsFor(context: CallContext): string;
  readonly toolBox: ToolBox;
  /** Opens one of the ready brains, with the same instructions, tools and documents, for a brain that adds something to it. Whoever opens it closes it. */
  openReady(settings: BrainSettings): Promise<Brain>;
  /** There when the oracle has documents. */
  readonly library: Library | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A brain of the author's own. Where it works is said here, since callers are told before it is opened. */
export interface OwnBrain {
  readonly kind: 'own';
  readonly place: EnginePlace;
  open(kit: BrainKit): Brain | Promise<Brain>;
}

export interface OracleDefinition {
  /** Who the oracle is and how it talks. */
  readonly instructions: string;
  /** What it says aloud when its brain fails; {@link DEFAULT_APOLOGY} when absent. */
  readonly apology?: string | undefined;
  /** Its voice, by the name that the speech service has for it. Callers may wish for another. */
  readonly voice?: string | undefined;
  /** `{ kind: 'local' }` when absent. */
  readonly brain?: BrainSettings | OwnBrain | undefined;
  // Of any schema: each tool has its own.
  readonly tools?: readonly Tool[] | undefined;
  /** A folder of `.md` and `.txt` files that it answers from. */
  readonly documents?: string | URL | undefined;
  /**
   * Who sees the user's pictures, where a brain of your own or a tool looks (`call.eyes`). Callers are told; without it there are no eyes. A
   * `chat` or `webhook` brain with `vision` says it by itself.
   */
  readonly pictures?: EnginePlace | undefined;
  /** What stands for the oracle in a video call: the orb when absent. */
  readonly avatar?: Avatar | 'none' | undefined;
  /** How it takes turns with its callers, and what it says of its own accord; an operator's settings go before these. */
  readonly turns?: TurnSettings | undefined;
  /**
   * Remembers each session from call to call, sealed to the oracle's own key: `true`, or how many turns and for how many days. Callers are told, and can have
   * it forgotten. Nothing is remembered when absent.
   */
  readonly memory?: MemoryOption | undefined;
  /** A call begins, before its first answer. Whatever it throws fails that answer. */
  onCall?(call: CallContext): CallPlan | undefined | Promise<CallPlan | undefined>;
}

/**
 * An oracle, in one place: export it as `oracle` from a file that the agent's configuration names (`oracle.definitionFile`).
 *
 * @example
 *   export const oracle = defineOracle({
 *     instructions: 'You are the concierge of the Lindenhof.',
 *     documents: new URL('./documents', import.meta.url),
 *     tools: [orderTaxi],
 *   });
 */
export function defineOracle(definition: OracleDefinition): OracleDefinition {
  return definition;
}
