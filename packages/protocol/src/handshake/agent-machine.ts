import type { ErrorCode } from '../errors/error-table.ts';
import type { CallSession } from './call-session.ts';

/*
 * The agent's side of the handshake. Beginning an attempt under a higher number wipes the one before.
 *
 *   idle ──begin──► offered ──accept──► confirmed             any ──close──► closed
 *                   ▲     │begin          │begin
 *                   └─────┴───────────────┘
 *
 * What fails verification is no input at all: a forged message changes nothing.
 */

/** An offer that was sent. */
export interface OfferedAttempt {
  readonly attempt: number;
  readonly userIdentity: string;
  readonly agentIdentity: string;
  /** The offer, for when it got lost. */
  readonly frame: Uint8Array<ArrayBuffer>;
  /** The ephemeral key and the agent's nonce. */
  readonly ephemeral: Disposable;
}

export type AgentState<O extends OfferedAttempt = OfferedAttempt> =
  | { readonly name: 'idle' }
  | { readonly name: 'offered'; readonly offered: O }
  | {
      readonly name: 'confirmed';
      readonly attempt: number;
      /** SHA-256 of the accept's frame in hex, to know the same bytes again. */
      readonly acceptDigest: string;
      /** The confirm, for when it got lost. */
      readonly frame: Uint8Array<ArrayBuffer>;
      readonly session: CallSession;
    }
  | { readonly name: 'closed' };

export type AgentInput<O extends OfferedAttempt = OfferedAttempt> =
  | { readonly kind: 'begin'; readonly offered: O }
  | { readonly kind: 'accept'; readonly attempt: number; readonly digest: string }
  | {
      readonly kind: 'accept-verified';
      readonly digest: string;
      readonly frame: Uint8Array<ArrayBuffer>;
      readonly session: CallSession;
    }
  | { readonly kind: 'close' };

export const AGENT_STATES = ['idle', 'offered', 'confirmed', 'closed'] as const;
export type AgentStateName = (typeof AGENT_STATES)[number];

/** An input as the table sees it: by how its number relates to the current attempt. */
export const AGENT_CELLS = [
  'begin-later',
  'begin-not-later',
  'accept-current',
  'accept-again',
  'accept-earlier',
  'accept-later',
  'accept-verified',
  'close',
] as const;
export type AgentCell = (typeof AGENT_CELLS)[number];

export type AgentStep =
  | { readonly to: AgentStateName; readonly effect: 'send-offer' | 'verify-accept' }
  | { readonly to: AgentStateName; readonly effect: 'deliver-session' | 'send-confirm-again' | 'nothing' }
  | { readonly to: AgentStateName; readonly effect: 'refuse'; readonly code: ErrorCode };

const refuse = (to: AgentStateName, code: ErrorCode): AgentStep => ({ to, effect: 'refuse', code });

const CLOSED = refuse('closed', 'ERR_HANDSHAKE_CLOSED');

/** Every state and every input; pairs that cannot come about are refused as well. */
export const AGENT_TRANSITIONS: Readonly<Record<AgentStateName, Readonly<Record<AgentCell, AgentStep>>>> = {
  idle: {
    'begin-later': { to: 'offered', effect: 'send-offer' },
    'begin-not-later': refuse('idle', 'ERR_HANDSHAKE_STALE'),
    'accept-current': refuse('idle', 'ERR_HANDSHAKE_ORDER'),
    'accept-again': refuse('idle', 'ERR_HANDSHAKE_ORDER'),
    'accept-earlier': refuse('idle', 'ERR_HANDSHAKE_STALE'),
    'accept-later': refuse('idle', 'ERR_HANDSHAKE_ORDER'),
    'accept-verified': refuse('idle', 'ERR_HANDSHAKE_ORDER'),
    close: { to: 'closed', effect: 'nothing' },
  },
  offered: {
    'begin-later': { to: 'offered', effect: 'send-offer' },
    'begin-not-later': refuse('offered', 'ERR_HANDSHAKE_STALE'),
    'accept-current': { to: 'offered', effect: 'verify-accept' },
    'accept-again': refuse('offered', 'ERR_HANDSHAKE_ORDER'),
    'accept-earlier': refuse('offered', 'ERR_HANDSHAKE_STALE'),
    'accept-later': refuse('offered', 'ERR_HANDSHAKE_ORDER'),
    'accept-verified': { to: 'confirmed', effect: 'deliver-session' },
    close: { to: 'closed', effect: 'nothing' },
  },
  confirmed: {
    'begin-later': { to: 'offered', effect: 'send-offer' },
    'begin-not-later': refuse('confirmed', 'ERR_HANDSHAKE_STALE'),
    'accept-current': refuse('confirmed', 'ERR_HANDSHAKE_STALE'),
    'accept-again': { to: 'confirmed', effect: 'send-confirm-again' },
    'accept-earlier': refuse('confirmed', 'ERR_HANDSHAKE_STALE'),
    'accept-later': refuse('confirmed', 'ERR_HANDSHAKE_ORDER'),
    'accept-verified': refuse('confirmed', 'ERR_HANDSHAKE_ORDER'),
    close: { to: 'closed', effect: 'nothing' },
  },
  closed: {
    'begin-later': CLOSED,
    'begin-not-later': CLOSED,
    'accept-current': CLOSED,
    'accept-again': CLOSED,
    'accept-earlier': CLOSED,
    'accept-later': CLOSED,
    'accept-verified': CLOSED,
    close: { to: 'closed', effect: 'nothing' },
  },
};

export interface AgentReduction<O extends OfferedAttempt> {
  readonly state: AgentState<O>;
  readonly step: AgentStep;
  /** What the step leaves behind; the caller disposes it. */
  readonly discarded: readonly Disposable[];
}

/** One step of the machine: pure, nothing is disposed or sent here. */
export function reduceAgent<O extends OfferedAttempt>(state: AgentState<O>, input: AgentInput<O>): AgentReduction<O> {
  const step = AGENT_TRANSITIONS[state.name][agentCell(state, input)];
  if (step.effect === 'refuse') return { state, step, discarded: broughtBy(input) };
  if (input.kind === 'close') return { state: { name: 'closed' }, step, discarded: heldBy(state) };
  if (input.kind === 'begin') {
    return { state: { name: 'offered', offered: input.offered }, step, discarded: heldBy(state) };
  }
  if (input.kind === 'accept-verified' && state.name === 'offered') {
    const { digest: acceptDigest, frame, session } = input;
    return {
      state: { name: 'confirmed', attempt: state.offered.attempt, acceptDigest, frame, session },
      step,
      discarded: heldBy(state),
    };
  }
  return { state, step, discarded: [] };
}

/** Which column of the table an input is. */
export function agentCell(state: AgentState, input: AgentInput): AgentCell {
  if (input.kind === 'close' || input.kind === 'accept-verified') return input.kind;
  const current = currentAttempt(state);
  if (input.kind === 'begin') return input.offered.attempt > current ? 'begin-later' : 'begin-not-later';
  if (input.attempt !== current) return input.attempt > current ? 'accept-later' : 'accept-earlier';
  return state.name === 'confirmed' && input.digest === state.acceptDigest ? 'accept-again' : 'accept-current';
}

function currentAttempt(state: AgentState): number {
  if (state.name === 'offered') return state.offered.attempt;
  // Attempts count from 1, so before the first every number is later.
  return state.name === 'confirmed' ? state.attempt : 0;
}

function heldBy(state: AgentState): readonly Disposable[] {
  if (state.name === 'offered') return [state.offered.ephemeral];
  return state.name === 'confirmed' ? [state.session] : [];
}

function broughtBy(input: AgentInput): readonly Disposable[] {
  if (input.kind === 'begin') return [input.offered.ephemeral];
  return input.kind === 'accept-verified' ? [input.session] : [];
}
