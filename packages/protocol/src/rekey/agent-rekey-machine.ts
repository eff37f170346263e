import type { ErrorCode } from '../errors/error-table.ts';
import type { Epoch } from '../key-schedule/key-schedule.ts';

/*
 * The agent's side of the rekeys of one session. It begins them.
 *
 *   steady ──begin──► offered ──accept──► confirmed ──peer switched──► draining ──grace over──► steady
 *                        ▲                                                │begin
 *                        └────────────────────────────────────────────────┘      any ──close──► closed
 *
 * confirmed: the new keys receive and send, but the confirm may have got lost and the user still sends under the old keys. Only
 * something of the user's under the new keys shows that it switched, and starts the end of the old ones.
 */

export interface OfferedEpoch {
  readonly epoch: number;
  /** The offer, for when it got lost. */
  readonly frame: Uint8Array<ArrayBuffer>;
  readonly seed: Disposable;
}

export type AgentRekeyState<O extends OfferedEpoch = OfferedEpoch> =
  | { readonly name: 'steady'; readonly current: Epoch }
  | { readonly name: 'offered'; readonly current: Epoch; readonly offered: O }
  | {
      readonly name: 'confirmed' | 'draining';
      readonly current: Epoch;
      readonly previous: Epoch;
      /** SHA-256 of the accept's frame in hex, to know the same bytes again. */
      readonly acceptDigest: string;
      /** The confirm, for when it got lost. */
      readonly frame: Uint8Array<ArrayBuffer>;
    }
  | { readonly name: 'closed' };

/** `epoch` and `digest` are those of a frame from outside: claims until verified. */
export type AgentRekeyInput<O extends OfferedEpoch = OfferedEpoch> =
  | { readonly kind: 'begin'; readonly offered: O }
  | { readonly kind: 'rekey-accept'; readonly epoch: number; readonly digest: string }
  | {
      readonly kind: 'accept-verified';
      readonly next: Epoch;
      readonly digest: string;
      readonly frame: Uint8Array<ArrayBuffer>;
    }
  | { readonly kind: 'peer-switched'; readonly epoch: number }
  | { readonly kind: 'grace-over'; readonly epoch: number }
  | { readonly kind: 'close' };

export const AGENT_REKEY_STATES = ['steady', 'offered', 'confirmed', 'draining', 'closed'] as const;
export type AgentRekeyStateName = (typeof AGENT_REKEY_STATES)[number];

/** An input as the table sees it: by how its epoch relates to the exchange under way. */
export const AGENT_REKEY_CELLS = [
  'begin',
  'accept-next',
  'accept-again',
  'accept-earlier',
  'accept-later',
  'accept-verified',
  'peer-switched',
  'peer-switched-other',
  'grace-over',
  'grace-over-other',
  'close',
] as const;
export type AgentRekeyCell = (typeof AGENT_REKEY_CELLS)[number];

export type AgentRekeyTransition =
  | { readonly to: AgentRekeyStateName; readonly effect: 'send-offer' | 'verify-accept' }
  | { readonly to: AgentRekeyStateName; readonly effect: 'install-confirm-switch' | 'confirm-again' }
  | { readonly to: AgentRekeyStateName; readonly effect: 'drain' | 'retire' | 'ignore' }
  | { readonly to: AgentRekeyStateName; readonly effect: 'refuse'; readonly code: ErrorCode };

const refuse = (to: AgentRekeyStateName, code: ErrorCode): AgentRekeyTransition => ({ to, effect: 'refuse', code });
const ignore = (to: AgentRekeyStateName): AgentRekeyTransition => ({ to, effect: 'ignore' });

const CLOSED = refuse('closed', 'ERR_HANDSHAKE_CLOSED');

/** Every state and every input; pairs that cannot come about are refused as well. */
export const AGENT_REKEY_TRANSITIONS: Readonly<
  Record<AgentRekeyStateName, Readonly<Record<AgentRekeyCell, AgentRekeyTransition>>>
> = {
  steady: {
    begin: { to: 'offered', effect: 'send-offer' },
    'accept-next': refuse('steady', 'ERR_HANDSHAKE_ORDER'),
    'accept-again': refuse('steady', 'ERR_HANDSHAKE_ORDER'),
    'accept-earlier': refuse('steady', 'ERR_HANDSHAKE_STALE'),
    'accept-later': refuse('steady', 'ERR_HANDSHAKE_ORDER'),
    'accept-verified': refuse('steady', 'ERR_HANDSHAKE_ORDER'),
    'peer-switched': ignore('steady'),
    'peer-switched-other': ignore('steady'),
    'grace-over': ignore('steady'),
    'grace-over-other': ignore('steady'),
    close: { to: 'closed', effect: 'ignore' },
  },
  offered: {
    begin: refuse('offered', 'ERR_HANDSHAKE_ORDER'),
    'accept-next': { to: 'offered', effect: 'verify-accept' },
    'accept-again': refuse('offered', 'ERR_HANDSHAKE_ORDER'),
    'accept-earlier': refuse('offered', 'ERR_HANDSHAKE_STALE'),
    'accept-later': refuse('offered', 'ERR_HANDSHAKE_ORDER'),
    'accept-verified': { to: 'confirmed', effect: 'install-confirm-switch' },
    'peer-switched': ignore('offered'),
    'peer-switched-other': ignore('offered'),
    'grace-over': ignore('offered'),
    'grace-over-other': ignore('offered'),
    close: { to: 'closed', effect: 'ignore' },
  },
  confirmed: {
    begin: refuse('confirmed', 'ERR_HANDSHAKE_ORDER'),
    'accept-next': refuse('confirmed', 'ERR_HANDSHAKE_ORDER'),
    'accept-again': { to: 'confirmed', effect: 'confirm-again' },
    'accept-earlier': refuse('confirmed', 'ERR_HANDSHAKE_STALE'),
    'accept-later': refuse('confirmed', 'ERR_HANDSHAKE_ORDER'),
    'accept-verified': refuse('confirmed', 'ERR_HANDSHAKE_ORDER'),
    'peer-switched': { to: 'draining', effect: 'drain' },
    'peer-switched-other': ignore('confirmed'),
    'grace-over': ignore('confirmed'),
    'grace-over-other': ignore('confirmed'),
    close: { to: 'closed', effect: 'ignore' },
  },
  draining: {
    begin: { to: 'offered', effect: 'send-offer' },
    'accept-next': refuse('draining', 'ERR_HANDSHAKE_ORDER'),
    'accept-again': ignore('draining'),
    'accept-earlier': refuse('draining', 'ERR_HANDSHAKE_STALE'),
    'accept-later': refuse('draining', 'ERR_HANDSHAKE_ORDER'),
    'accept-verified': refuse('draining', 'ERR_HANDSHAKE_ORDER'),
    'peer-switched': ignore('draining'),
    'peer-switched-other': ignore('draining'),
    'grace-over': { to: 'steady', effect: 'retire' },
    'grace-over-other': ignore('draining'),
    close: { to: 'closed', effect: 'ignore' },
  },
  closed: {
    begin: CLOSED,
    'accept-next': CLOSED,
    'accept-again': CLOSED,
    'accept-earlier': CLOSED,
    'accept-later': CLOSED,
    'accept-verified': CLOSED,
    'peer-switched': ignore('closed'),
    'peer-switched-other': ignore('closed'),
    'grace-over': ignore('closed'),
    'grace-over-other': ignore('closed'),
    close: { to: 'closed', effect: 'ignore' },
  },
};

export interface AgentRekeyReduction<O extends OfferedEpoch> {
  readonly state: AgentRekeyState<O>;
  readonly transition: AgentRekeyTransition;
  /** Epochs that the step leaves behind; the caller wipes them. */
  readonly discarded: readonly Epoch[];
  /** The ephemeral key that the step leaves behind; the caller wipes it. */
  readonly discardedSeed: Disposable | undefined;
}

/** One step of the machine: pure, nothing is wiped or sent here. */
export function reduceAgentRekey<O extends OfferedEpoch>(
  state: AgentRekeyState<O>,
  input: AgentRekeyInput<O>,
): AgentRekeyReduction<O> {
  const transition = AGENT_REKEY_TRANSITIONS[state.name][agentRekeyCell(state, input)];
  if (transition.effect === 'refuse') {
    const discardedSeed = input.kind === 'begin' ? input.offered.seed : undefined;
    return { state, transition, discarded: input.kind === 'accept-verified' ? [input.next] : [], discardedSeed };
  }
  const unchanged = { state, transition, discarded: [], discardedSeed: undefined };
  if (state.name === 'closed') return unchanged;
  const previous = 'previous' in state ? [state.previous] : [];
  const discardedSeed = state.name === 'offered' ? state.offered.seed : undefined;
  if (input.kind === 'close') {
    return { state: { name: 'closed' }, transition, discarded: [...previous, state.current], discardedSeed };
  }
  if (input.kind === 'begin') {
    const { current } = state;
    return { ...unchanged, state: { name: 'offered', current, offered: input.offered }, discarded: previous };
  }
  if (input.kind === 'accept-verified') {
    const { next: current, digest: acceptDigest, frame } = input;
    const confirmed = { name: 'confirmed', current, previous: state.current, acceptDigest, frame } as const;
    return { ...unchanged, state: confirmed, discardedSeed };
  }
  if (transition.effect === 'drain' && state.name === 'confirmed') {
    return { ...unchanged, state: { ...state, name: 'draining' } };
  }
  if (transition.effect === 'retire') {
    return { ...unchanged, state: { name: 'steady', current: state.current }, discarded: previous };
  }
  return unchanged;
}

/** Which column of the table an input is. */
export function agentRekeyCell(state: AgentRekeyState, input: AgentRekeyInput): AgentRekeyCell {
  if (input.kind === 'close' || input.kind === 'accept-verified') return input.kind;
  if (input.kind === 'begin') return 'begin';
  // Nothing is relative to anything once all is closed; the table treats every column alike.
  const current = state.name === 'closed' ? 0 : state.current.epoch;
  if (input.kind === 'peer-switched') return input.epoch === current ? 'peer-switched' : 'peer-switched-other';
  if (input.kind === 'grace-over') {
    return 'previous' in state && input.epoch === state.previous.epoch ? 'grace-over' : 'grace-over-other';
  }
  if ('acceptDigest' in state && input.digest === state.acceptDigest) return 'accept-again';
  if (input.epoch === current + 1) return 'accept-next';
  return input.epoch > current ? 'accept-later' : 'accept-earlier';
}
