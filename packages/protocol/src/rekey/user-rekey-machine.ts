import type { ErrorCode } from '../errors/error-table.ts';
import type { Epoch } from '../key-schedule/key-schedule.ts';

/*
 * The user's side of the rekeys of one session.
 *
 *   steady ──offer──► accepted ──confirm──► draining ──grace over──► steady
 *                        ▲                     │offer
 *                        └─────────────────────┘                    any ──close──► closed
 *
 * accepted: the next epoch's keys receive, the current ones still send. draining: the new keys send, the old ones still receive.
 */

export interface AcceptedEpoch {
  readonly next: Epoch;
  /** SHA-256 of the offer's frame in hex, to know the same bytes again. */
  readonly offerDigest: string;
  /** The accept, for when it got lost. */
  readonly frame: Uint8Array<ArrayBuffer>;
}

export type UserRekeyState =
  | { readonly name: 'steady'; readonly current: Epoch }
  | { readonly name: 'accepted'; readonly current: Epoch; readonly accepted: AcceptedEpoch }
  | {
      readonly name: 'draining';
      readonly current: Epoch;
      readonly previous: Epoch;
      readonly offerDigest: string;
      readonly confirmDigest: string;
    }
  | { readonly name: 'closed' };

/** `epoch` and `digest` are those of a frame from outside: claims until verified. */
export type UserRekeyInput =
  | { readonly kind: 'rekey-offer'; readonly epoch: number; readonly digest: string }
  | { readonly kind: 'rekey-confirm'; readonly epoch: number; readonly digest: string }
  | { readonly kind: 'offer-verified'; readonly accepted: AcceptedEpoch }
  | { readonly kind: 'confirm-verified'; readonly digest: string }
  | { readonly kind: 'grace-over'; readonly epoch: number }
  | { readonly kind: 'close' };

export const USER_REKEY_STATES = ['steady', 'accepted', 'draining', 'closed'] as const;
export type UserRekeyStateName = (typeof USER_REKEY_STATES)[number];

/** An input as the table sees it: by how its epoch relates to the exchange under way. */
export const USER_REKEY_CELLS = [
  'offer-next',
  'offer-again',
  'offer-earlier',
  'offer-later',
  'confirm-next',
  'confirm-again',
  'confirm-earlier',
  'confirm-later',
  'offer-verified',
  'confirm-verified',
  'grace-over',
  'grace-over-other',
  'close',
] as const;
export type UserRekeyCell = (typeof USER_REKEY_CELLS)[number];

export type UserRekeyTransition =
  | { readonly to: UserRekeyStateName; readonly effect: 'verify-offer' | 'verify-confirm' }
  | { readonly to: UserRekeyStateName; readonly effect: 'install-and-accept' | 'accept-again' }
  | { readonly to: UserRekeyStateName; readonly effect: 'switch-and-drain' | 'retire' | 'ignore' }
  | { readonly to: UserRekeyStateName; readonly effect: 'refuse'; readonly code: ErrorCode };

const refuse = (to: UserRekeyStateName, code: ErrorCode): UserRekeyTransition => ({ to, effect: 'refuse', code });
const ignore = (to: UserRekeyStateName): UserRekeyTransition => ({ to, effect: 'ignore' });

const CLOSED = refuse('closed', 'ERR_HANDSHAKE_CLOSED');

/** Every state and every input; pairs that cannot come about are refused as well. */
export const USER_REKEY_TRANSITIONS: Readonly<
  Record<UserRekeyStateName, Readonly<Record<UserRekeyCell, UserRekeyTransition>>>
> = {
  steady: {
    'offer-next': { to: 'steady', effect: 'verify-offer' },
    'offer-again': refuse('steady', 'ERR_HANDSHAKE_ORDER'),
    'offer-earlier': refuse('steady', 'ERR_HANDSHAKE_STALE'),
    'offer-later': refuse('steady', 'ERR_HANDSHAKE_ORDER'),
    'confirm-next': refuse('steady', 'ERR_HANDSHAKE_ORDER'),
    'confirm-again': refuse('steady', 'ERR_HANDSHAKE_ORDER'),
    'confirm-earlier': refuse('steady', 'ERR_HANDSHAKE_STALE'),
    'confirm-later': refuse('steady', 'ERR_HANDSHAKE_ORDER'),
    'offer-verified': { to: 'accepted', effect: 'install-and-accept' },
    'confirm-verified': refuse('steady', 'ERR_HANDSHAKE_ORDER'),
    'grace-over': ignore('steady'),
    'grace-over-other': ignore('steady'),
    close: { to: 'closed', effect: 'ignore' },
  },
  accepted: {
    'offer-next': refuse('accepted', 'ERR_HANDSHAKE_STALE'),
    'offer-again': { to: 'accepted', effect: 'accept-again' },
    'offer-earlier': refuse('accepted', 'ERR_HANDSHAKE_STALE'),
    'offer-later': refuse('accepted', 'ERR_HANDSHAKE_ORDER'),
    'confirm-next': { to: 'accepted', effect: 'verify-confirm' },
    'confirm-again': refuse('accepted', 'ERR_HANDSHAKE_ORDER'),
    'confirm-earlier': refuse('accepted', 'ERR_HANDSHAKE_STALE'),
    'confirm-later': refuse('accepted', 'ERR_HANDSHAKE_ORDER'),
    'offer-verified': refuse('accepted', 'ERR_HANDSHAKE_ORDER'),
    'confirm-verified': { to: 'draining', effect: 'switch-and-drain' },
    'grace-over': ignore('accepted'),
    'grace-over-other': ignore('accepted'),
    close: { to: 'closed', effect: 'ignore' },
  },
  draining: {
    'offer-next': { to: 'draining', effect: 'verify-offer' },
    'offer-again': ignore('draining'),
    'offer-earlier': refuse('draining', 'ERR_HANDSHAKE_STALE'),
    'offer-later': refuse('draining', 'ERR_HANDSHAKE_ORDER'),
    'confirm-next': refuse('draining', 'ERR_HANDSHAKE_ORDER'),
    'confirm-again': ignore('draining'),
    'confirm-earlier': refuse('draining', 'ERR_HANDSHAKE_STALE'),
    'confirm-later': refuse('draining', 'ERR_HANDSHAKE_ORDER'),
    'offer-verified': { to: 'accepted', effect: 'install-and-accept' },
    'confirm-verified': refuse('draining', 'ERR_HANDSHAKE_ORDER'),
    'grace-over': { to: 'steady', effect: 'retire' },
    'grace-over-other': ignore('draining'),
    close: { to: 'closed', effect: 'ignore' },
  },
  closed: {
    'offer-next': CLOSED,
    'offer-again': CLOSED,
    'offer-earlier': CLOSED,
    'offer-later': CLOSED,
    'confirm-next': CLOSED,
    'confirm-again': CLOSED,
    'confirm-earlier': CLOSED,
    'confirm-later': CLOSED,
    'offer-verified': CLOSED,
    'confirm-verified': CLOSED,
    'grace-over': ignore('closed'),
    'grace-over-other': ignore('closed'),
    close: { to: 'closed', effect: 'ignore' },
  },
};

export interface UserRekeyReduction {
  readonly state: UserRekeyState;
  readonly transition: UserRekeyTransition;
  /** Epochs that the step leaves behind; the caller wipes them. */
  readonly discarded: readonly Epoch[];
}

/** One step of the machine: pure, nothing is wiped or sent here. */
export function reduceUserRekey(state: UserRekeyState, input: UserRekeyInput): UserRekeyReduction {
  const transition = USER_REKEY_TRANSITIONS[state.name][userRekeyCell(state, input)];
  if (transition.effect === 'refuse') {
    return { state, transition, discarded: input.kind === 'offer-verified' ? [input.accepted.next] : [] };
  }
  if (state.name === 'closed') return { state, transition, discarded: [] };
  const previous = state.name === 'draining' ? [state.previous] : [];
  if (input.kind === 'close') {
    const next = state.name === 'accepted' ? [state.accepted.next] : [];
    return { state: { name: 'closed' }, transition, discarded: [...previous, state.current, ...next] };
  }
  if (input.kind === 'offer-verified') {
    const { current } = state;
    return { state: { name: 'accepted', current, accepted: input.accepted }, transition, discarded: previous };
  }
  if (input.kind === 'confirm-verified' && state.name === 'accepted') {
    const { next: current, offerDigest } = state.accepted;
    const confirmDigest = input.digest;
    return {
      state: { name: 'draining', current, previous: state.current, offerDigest, confirmDigest },
      transition,
      discarded: [],
    };
  }
  if (transition.effect === 'retire') {
    return { state: { name: 'steady', current: state.current }, transition, discarded: previous };
  }
  return { state, transition, discarded: [] };
}

/** Which column of the table an input is. */
export function userRekeyCell(state: UserRekeyState, input: UserRekeyInput): UserRekeyCell {
  if (input.kind === 'close' || input.kind === 'confirm-verified') return input.kind;
  // Nothing is relative to anything once all is closed; the table refuses every column alike.
  const current = state.name === 'closed' ? 0 : state.current.epoch;
  if (input.kind === 'grace-over') {
    return state.name === 'draining' && input.epoch === state.previous.epoch ? 'grace-over' : 'grace-over-other';
  }
  if (input.kind === 'offer-verified')
    return input.accepted.next.epoch === current + 1 ? 'offer-verified' : 'offer-later';
  const kind = input.kind === 'rekey-offer' ? 'offer' : 'confirm';
  if (input.digest === seenDigest(state, kind)) return `${kind}-again`;
  if (input.epoch === current + 1) return `${kind}-next`;
  return input.epoch > current ? `${kind}-later` : `${kind}-earlier`;
}

function seenDigest(state: UserRekeyState, kind: 'offer' | 'confirm'): string | undefined {
  if (state.name === 'accepted') return kind === 'offer' ? state.accepted.offerDigest : undefined;
  if (state.name === 'draining') return kind === 'offer' ? state.offerDigest : state.confirmDigest;
  return undefined;
}
