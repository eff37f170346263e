import type { Logger, SfuRoomName } from '@oracle-calls/protocol';
import { createOpaqueToken, hashToken } from '../auth/opaque-token.ts';
import type { BackgroundWork } from '../background/background-work.ts';
import { errorFields } from '../background/error-fields.ts';
import type { Call } from '../calls/call.ts';
import type { CallObserver } from '../calls/call-service.ts';
import type { Deadlines } from '../deadlines/deadlines.ts';
import type { ServedOracles } from '../oracles/served-oracles.ts';
import type { Store } from '../store/store.ts';
import type { SfuControl } from './sfu-control.ts';

/** Agents that a call may get in place of vanished ones: a call that kills every agent must not go on for ever. */
export const AGENT_REPLACEMENTS_MAX = 3;

/** Pause before the next look when the SFU did not take the dispatch or still shows the old agent, in milliseconds. */
const REPLACE_RETRY_MS = 2_000;

/** Looks in all: a vanished agent has 15 s until the call ends. */
const REPLACE_ATTEMPTS_MAX = 6;

/** An agent that has left. */
export interface VanishedAgent {
  readonly sfuRoomName: SfuRoomName;
  /** The user's SFU identity: without a user there is nobody to talk to. */
  readonly userIdentity: string;
  /** The agent's own, or `undefined` when nobody saw it go. */
  readonly identity: string | undefined;
}

export interface AgentReplacementDeps {
  readonly oracles: Pick<ServedOracles, 'find'>;
  readonly sfu: SfuControl;
  readonly store: Store;
  readonly logger: Logger;
  readonly deadlines: Deadlines;
  readonly background: BackgroundWork;
}

/** Calls another agent, with a ticket of its own, into a live call whose agent has vanished. */
export class AgentReplacement implements CallObserver {
  readonly #deps: AgentReplacementDeps;
  /** Rooms that have work under way. */
  readonly #busy = new Set<SfuRoomName>();
  /** SFU identities of vanished agents, by room: each is replaced once, however often its leaving is told. */
  readonly #replaced = new Map<SfuRoomName, Set<string>>();

  constructor(deps: AgentReplacementDeps) {
    this.#deps = deps;
  }

  onEnded(call: Call): void {
    this.#replaced.delete(call.sfuRoomName);
    this.#deps.deadlines.clear(this.#name(call.sfuRoomName));
  }

  /** An agent has joined: what was planned for the one before it is done. */
  arrived(sfuRoomName: SfuRoomName): void {
    this.#deps.deadlines.clear(this.#name(sfuRoomName));
  }

  vanished(agent: VanishedAgent, attempt = 1): void {
    const { sfuRoomName, identity } = agent;
    const known = this.#replaced.get(sfuRoomName) ?? new Set();
    if (this.#busy.has(sfuRoomName) || (identity !== undefined && known.has(identity))) return;
    this.#busy.add(sfuRoomName);
    this.#deps.background.run('replace agent', async () => {
      try {
        const outcome = await this.#replace(agent);
        if (outcome === 'dispatched' && identity !== undefined) this.#replaced.set(sfuRoomName, known.add(identity));
        if (outcome === 'not-yet') this.#retry(agent, attempt + 1);
      } finally {
        this.#busy.delete(sfuRoomName);
      }
    });
  }

  #retry(agent: VanishedAgent, attempt: number): void {
    if (attempt > REPLACE_ATTEMPTS_MAX) return;
    this.#deps.deadlines.set(this.#name(agent.sfuRoomName), REPLACE_RETRY_MS, () => this.vanished(agent, attempt));
  }

  async #replace(agent: VanishedAgent): Promise<'dispatched' | 'not-needed' | 'not-yet'> {
    const { oracles, sfu, store, logger } = this.#deps;
    const { sfuRoomName } = agent;
    const call = await store.calls.findBySfuRoomName(sfuRoomName);
    if (call === undefined || call.callStatus === 'ended') return 'not-needed';
    const { callId } = call;
    // An oracle that is not served any more has no agents either.
    const oracle = oracles.find(call.oracleDid);
    if (oracle === undefined) return 'not-needed';
    try {
      const need = await this.#needOf(agent);
      if (need !== 'now') return need;
      const ticket = createOpaqueToken('agent ticket');
      if (!(await store.sfuRooms.replaceAgent(sfuRoomName, hashToken(ticket), AGENT_REPLACEMENTS_MAX))) {
        logger.warn('agent not replaced', { callId, replacementsMax: AGENT_REPLACEMENTS_MAX });
        return 'not-needed';
      }
      await sfu.dispatchAgent({ sfuRoomName, agentName: oracle.agentName, agentTicket: ticket });
      logger.info('agent replaced', { callId });
      return 'dispatched';
    } catch (error) {
      logger.warn('agent not replaced', { callId, ...errorFields(error) });
      return 'not-yet';
    }
  }

  /** Asks the SFU itself: notices may be late, and an agent that reconnects leaves and joins under one identity. */
  async #needOf({ sfuRoomName, userIdentity, identity }: VanishedAgent): Promise<'now' | 'not-needed' | 'not-yet'> {
    const { sfu, store } = this.#deps;
    if (identity === undefined) {
      // An agent that was called and has not claimed its call yet is still on its way.
      const room = await store.sfuRooms.find(sfuRoomName);
      if (room?.ticketUsedAt === undefined) return 'not-needed';
    }
    const present = await sfu.listParticipants(sfuRoomName);
    if (!present.some((who) => who.identity === userIdentity)) return 'not-needed';
    const agents = present.filter((who) => who.isAgent);
    if (agents.length === 0) return 'now';
    return agents.every((who) => who.identity === identity) ? 'not-yet' : 'not-needed';
  }

  #name(sfuRoomName: SfuRoomName): string {
    return `replace:${sfuRoomName}`;
  }
}
