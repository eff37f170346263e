import type { RingStatus } from './rings.ts';

/*
 *  Checking ──checked──► Waiting ──lineFree──► Ringing ──accept, decline──► Over
 *   │ │ ▲ │                 │                     │                          ▲ ▲
 *   │ └─┘ └───checked after over──────────────────┼──────────────────────────┘ │
 *   │ over: remembered      └──over───────────────┴──over, lineTaken───────────┘
 *   └──refused──► Dropped
 *
 * One ring. Nothing is told of it before it was checked, whatever has become of it by then. Pure: inputs come from the desk, effects go
 * to it.
 */

/** How a ring ends without this device's doing. */
export type RingFate = 'elsewhere' | 'lapsed' | 'cancelled';

export type RingState =
  | { readonly kind: 'Checking'; readonly fate: RingFate | undefined }
  | { readonly kind: 'Waiting' }
  | { readonly kind: 'Ringing' }
  | { readonly kind: 'Over'; readonly status: Exclude<RingStatus, 'ringing'> }
  | { readonly kind: 'Dropped' };
export type RingStateKind = RingState['kind'];

export type RingInput =
  /** It is an oracle's that may ring this person, in their room. */
  | { readonly kind: 'checked' }
  /** It is none. */
  | { readonly kind: 'refused' }
  /** Nothing else rings and there is no call. */
  | { readonly kind: 'lineFree' }
  /** The person has placed a call that does not answer it. */
  | { readonly kind: 'lineTaken' }
  | { readonly kind: 'accept' }
  | { readonly kind: 'decline' }
  | { readonly kind: 'over'; readonly fate: RingFate };
export type RingInputKind = RingInput['kind'];

/** What the desk is to do. `tell`: the person hears of it; `release`: its timer stops, and another may ring. */
export type RingEffect = 'tell' | 'release';

/** Where each input may lead from each state; what is not named changes nothing, which keeps whatever comes late harmless. */
export const RING_TRANSITIONS: Readonly<
  Record<RingStateKind, Readonly<Partial<Record<RingInputKind, readonly RingStateKind[]>>>>
> = {
  Checking: { checked: ['Waiting', 'Over'], refused: ['Dropped'], over: ['Checking'] },
  Waiting: { lineFree: ['Ringing'], over: ['Over'] },
  Ringing: { lineTaken: ['Over'], accept: ['Over'], decline: ['Over'], over: ['Over'] },
  Over: {},
  Dropped: {},
};

export interface RingStep {
  readonly state: RingState;
  readonly effects: readonly RingEffect[];
}

const over = (status: Exclude<RingStatus, 'ringing'>): RingStep => ({
  state: { kind: 'Over', status },
  effects: ['tell', 'release'],
});

/** One transition. An input that the table does not allow returns the same state object and no effects. */
export function stepRing(state: RingState, input: RingInput): RingStep {
  const isAllowed = RING_TRANSITIONS[state.kind][input.kind] !== undefined;
  return (isAllowed ? move(state, input) : undefined) ?? { state, effects: [] };
}

function move(state: RingState, input: RingInput): RingStep | undefined {
  switch (input.kind) {
    case 'checked':
      if (state.kind !== 'Checking') return undefined;
      return state.fate === undefined ? { state: { kind: 'Waiting' }, effects: [] } : over(state.fate);
    case 'refused':
      return { state: { kind: 'Dropped' }, effects: ['release'] };
    case 'lineFree':
      return { state: { kind: 'Ringing' }, effects: ['tell'] };
    case 'lineTaken':
      return over('lapsed');
    case 'accept':
      return over('accepted');
    case 'decline':
      return over('declined');
    case 'over':
      if (state.kind !== 'Checking') return over(input.fate);
      // The first stays.
      return state.fate === undefined ? { state: { kind: 'Checking', fate: input.fate }, effects: [] } : undefined;
  }
}
