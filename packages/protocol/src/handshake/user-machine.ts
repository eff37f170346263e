import type { ErrorCode } from '../errors/error-table.ts';
import type { CallSession } from './call-session.ts';

/*
 * The user's side of the handshake. The agent offers, so the user waits; each verified offer under a higher number starts anew.
 *
 *   waiting ──offer──► accepted ──confirm──► confirmed        any ──close──► closed
 *                      ▲      │offer           │offer
 *                      └──────┴────────────────┘  (a later attempt: the one before is wiped)
 *
 * What fails verification is no input at all: a forged message changes nothing.
 */

/** An accept that was sent. `epoch` of the session to be is held inside. */
export interface AcceptedAttempt {
  readonly attempt: number;
  /** SHA-256 of the offer's frame in hex, to know the same bytes again. */
  readonly offerDigest: string;
  readonly agentIdentity: string;
  /** The accept, for when it got lost. */
  readonly frame: Uint8Array<ArrayBuffer>;
  /** Becomes the session once the agent has confirmed. */
  readonly pending: Disposable;
}

export type UserState<A extends AcceptedAttempt = AcceptedAttempt> =
  | { readonly name: 'waiting' }
  | { readonly name: 'accepted'; readonly accepted: A }
  | {
      readonly name: 'confirmed';
      readonly attempt: number;
      readonly offerDigest: string;
      readonly confirmDigest: string;
      readonly session: CallSession;
    }
  | { readonly name: 'closed' };

/** `attempt` and `digest` are those of a frame from outside: claims until verified. */
export type UserInput<A extends AcceptedAttempt = AcceptedAttempt> =
  | { readonly kind: 'offer'; readonly attempt: number; readonly digest: string }
  | { readonly kind: 'confirm'; readonly attempt: number; readonly digest: string }
  | { readonly kind: 'offer-verified'; readonly accepted: A }
  | { readonly kind: 'confirm-verified'; readonly digest: string; readonly session: CallSession }
  | { readonly kind: 'close' };

export const USER_STATES = ['waiting', 'accepted', 'confirmed', 'closed'] as const;
export type UserStateName = (typeof USER_STATES)[number];

/** An input as the table sees it: frames by how their number relates to the current attempt. */
export const USER_CELLS = [
  'offer-later',
  'offer-again',
  'offer-not-later',
  'confirm-current',
  'confirm-again',
  'confirm-earlier',
  'confirm-later',
  'offer-verified',
  'confirm-verified',
  'close',
] as const;
export type UserCell = (typeof USER_CELLS)[number];

export type UserStep =
  | { readonly to: UserStateName; readonly effect: 'verify-offer' | 'verify-confirm' }
  | { readonly to: UserStateName; readonly effect: 'send-accept' | 'send-accept-again' | 'deliver-session' }
  | { readonly to: UserStateName; readonly effect: 'ignore' | 'nothing' }
  | { readonly to: UserStateName; readonly effect: 'refuse'; readonly code: ErrorCode };

const refuse = (to: UserStateName, code: ErrorCode): UserStep => ({ to, effect: 'refuse', code });
const ignore = (to: UserStateName): UserStep => ({ to, effect: 'ignore' });

const CLOSED = refuse('closed', 'ERR_HANDSHAKE_CLOSED');

/** Every state and every input; pairs that cannot come about are refused as well. */
export const USER_TRANSITIONS: Readonly<Record<UserStateName, Readonly<Record<UserCell, UserStep>>>> = {
  waiting: {
    'offer-later': { to: 'waiting', effect: 'verify-offer' },
    'offer-again': refuse('waiting', 'ERR_HANDSHAKE_ORDER'),
    'offer-not-later': refuse('waiting', 'ERR_HANDSHAKE_STALE'),
    'confirm-current': refuse('waiting', 'ERR_HANDSHAKE_ORDER'),
    'confirm-again': refuse('waiting', 'ERR_HANDSHAKE_ORDER'),
    'confirm-earlier': refuse('waiting', 'ERR_HANDSHAKE_STALE'),
    'confirm-later': refuse('waiting', 'ERR_HANDSHAKE_ORDER'),
    'offer-verified': { to: 'accepted', effect: 'send-accept' },
    'confirm-verified': refuse('waiting', 'ERR_HANDSHAKE_ORDER'),
    close: { to: 'closed', effect: 'nothing' },
  },
  accepted: {
    'offer-later': { to: 'accepted', effect: 'verify-offer' },
    'offer-again': { to: 'accepted', effect: 'send-accept-again' },
    'offer-not-later': refuse('accepted', 'ERR_HANDSHAKE_STALE'),
    'confirm-current': { to: 'accepted', effect: 'verify-confirm' },
    'confirm-again': refuse('accepted', 'ERR_HANDSHAKE_ORDER'),
    'confirm-earlier': refuse('accepted', 'ERR_HANDSHAKE_STALE'),
    'confirm-later': refuse('accepted', 'ERR_HANDSHAKE_ORDER'),
    'offer-verified': { to: 'accepted', effect: 'send-accept' },
    'confirm-verified': { to: 'confirmed', effect: 'deliver-session' },
    close: { to: 'closed', effect: 'nothing' },
  },
  confirmed: {
    'offer-later': { to: 'confirmed', effect: 'verify-offer' },
    'offer-again': ignore('confirmed'),
    'offer-not-later': refuse('confirmed', 'ERR_HANDSHAKE_STALE'),
    'confirm-current': refuse('confirmed', 'ERR_HANDSHAKE_STALE'),
    'confirm-again': ignore('confirmed'),
    'confirm-earlier': refuse('confirmed', 'ERR_HANDSHAKE_STALE'),
    'confirm-later': refuse('confirmed', 'ERR_HANDSHAKE_ORDER'),
    'offer-verified': { to: 'accepted', effect: 'send-accept' },
    'confirm-verified': refuse('confirmed', 'ERR_HANDSHAKE_ORDER'),
    close: { to: 'closed', effect: 'nothing' },
  },
  closed: {
    'offer-later': CLOSED,
    'offer-again': CLOSED,
    'offer-not-later': CLOSED,
    'confirm-current': CLOSED,
    'confirm-again': CLOSED,
    'confirm-earlier': CLOSED,
    'confirm-later': CLOSED,
    'offer-verified': CLOSED,
    'confirm-verified': CLOSED,
    close: { to: 'closed', effect: 'nothing' },
  },
};

export interface UserReduction<A extends AcceptedAttempt> {
  readonly state: UserState<A>;
  readonly step: UserStep;
  /** What the step leaves behind; the caller disposes it. */
  readonly discarded: readonly Disposable[];
}

/** One step of the machine: pure, nothing is disposed or sent here. */
export function reduceUser<A extends AcceptedAttempt>(state: UserState<A>, input: UserInput<A>): UserReduction<A> {
  const step = USER_TRANSITIONS[state.name][userCell(state, input)];
  if (step.effect === 'refuse') return { state, step, discarded: broughtBy(input) };
  if (input.kind === 'close') return { state: { name: 'closed' }, step, discarded: heldBy(state) };
  if (input.kind === 'offer-verified') {
    return { state: { name: 'accepted', accepted: input.accepted }, step, discarded: heldBy(state) };
  }
  if (input.kind === 'confirm-verified' && state.name === 'accepted') {
    const { attempt, offerDigest } = state.accepted;
    const { digest: confirmDigest, session } = input;
    return { state: { name: 'confirmed', attempt, offerDigest, confirmDigest, session }, step, discarded: [] };
  }
  return { state, step, discarded: [] };
}

/** Which column of the table an input is. */
export function userCell(state: UserState, input: UserInput): UserCell {
  if (input.kind === 'close' || input.kind === 'confirm-verified') return input.kind;
  if (input.kind === 'offer-verified') {
    // A later offer may have been verified while this one was; only frames that rise get this far.
    return input.accepted.attempt > currentAttempt(state) ? 'offer-verified' : 'offer-not-later';
  }
  const difference = input.attempt - currentAttempt(state);
  if (input.kind === 'offer') {
    if (difference > 0) return 'offer-later';
    return difference === 0 && input.digest === offerDigestOf(state) ? 'offer-again' : 'offer-not-later';
  }
  if (difference !== 0) return difference > 0 ? 'confirm-later' : 'confirm-earlier';
  return state.name === 'confirmed' && input.digest === state.confirmDigest ? 'confirm-again' : 'confirm-current';
}

function currentAttempt(state: UserState): number {
  if (state.name === 'accepted') return state.accepted.attempt;
  // Attempts count from 1, so before the first every number is later.
  return state.name === 'confirmed' ? state.attempt : 0;
}

function offerDigestOf(state: UserState): string | undefined {
  if (state.name === 'accepted') return state.accepted.offerDigest;
  return state.name === 'confirmed' ? state.offerDigest : undefined;
}

function heldBy(state: UserState): readonly Disposable[] {
  if (state.name === 'accepted') return [state.accepted.pending];
  return state.name === 'confirmed' ? [state.session] : [];
}

function broughtBy(input: UserInput): readonly Disposable[] {
  if (input.kind === 'offer-verified') return [input.accepted.pending];
  return input.kind === 'confirm-verified' ? [input.session] : [];
}
