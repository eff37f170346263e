import type { EndReason } from '@oracle-calls/protocol';

/** How far the key exchange with the user, as it is in the room now, has come. */
export type LinkProgress =
  | 'none'
  /** An offer is out. */
  | 'offered'
  /** Both ends are who they should be, and our voice goes out under the call's key. */
  | 'confirmed'
  /** The user has proven to have the keys, or should have long since. */
  | 'ready';

/**
 * Who is in the room, how far the key exchange is, and what the oracle does about it, from the moment its envelope is open:
 *
 *   waiting ──(user here, exchange done, voice received)──► live ◄──(exchange done)── returning
 *      │                                                     │ │                        ▲ │
 *      │                              (user vanished)        ▼ └──(user anew · stalled)─┘ │ (vanished)
 *      │                                                    away ◄────────────────────────┘
 *      │                                                     └──(user back)──► returning
 *      └──(nobody came · no exchange)──► ended ◄──(hung up · room gone · broke · too long · did not come back)
 */
export type PresenceState =
  | {
      readonly kind: 'waiting';
      readonly isUserHere: boolean;
      readonly isVoiceSubscribed: boolean;
      readonly link: LinkProgress;
    }
  | { readonly kind: 'live' }
  /** The user is here under keys that are not agreed yet: the oracle is muted. */
  | { readonly kind: 'returning'; readonly link: LinkProgress }
  | { readonly kind: 'away' }
  | { readonly kind: 'ended' };

export type PresenceInput =
  | { readonly kind: 'user-here' }
  /** `isDeliberate`: the user's client said goodbye, as opposed to falling silent. */
  | { readonly kind: 'user-gone'; readonly isDeliberate: boolean }
  /** Somebody receives our voice, or should have long since. */
  | { readonly kind: 'voice-subscribed' }
  | { readonly kind: 'confirmed' }
  | { readonly kind: 'peer-ready' }
  /** The user's end does not answer any more, or answers what it has answered before. */
  | { readonly kind: 'stalled' }
  /** `isForged`: somebody who knows the call key answered, and is not the user. */
  | { readonly kind: 'patience-over'; readonly isForged: boolean }
  | { readonly kind: 'length-reached' }
  | { readonly kind: 'conversation-failed' }
  /** The call's keys can be neither used nor replaced, or the SFU broke a rule that protects the call. */
  | { readonly kind: 'unprotected' }
  /** The SFU connection is gone for good. `isDeliberate`: the room was deleted or the agent was removed. */
  | { readonly kind: 'seat-lost'; readonly isDeliberate: boolean }
  /** This process is told to stop. */
  | { readonly kind: 'stop' };

export type PresenceEffect =
  /** Offer the key exchange to the user who is in the room. */
  | { readonly kind: 'begin-attempt' }
  | { readonly kind: 'greet' }
  /** The user is gone: say nothing, hear nobody. */
  | { readonly kind: 'mute' }
  /** The user is here under keys that are not agreed: say nothing until they are. */
  | { readonly kind: 'hush' }
  | { readonly kind: 'unmute' }
  /** Wait a bounded time: for the user to come or to come back, or for the key exchange; ends as `patience-over`. */
  | { readonly kind: 'start-patience'; readonly until: 'arrival' | 'return' | 'handshake' }
  | { readonly kind: 'stop-patience' }
  /** Leave the room, and tell the backend why unless it knows already. */
  | { readonly kind: 'end'; readonly report: EndReason | undefined };

export interface PresenceStep {
  readonly state: PresenceState;
  readonly effects: readonly PresenceEffect[];
}

export const INITIAL_PRESENCE: PresenceStep = {
  state: { kind: 'waiting', isUserHere: false, isVoiceSubscribed: false, link: 'none' },
  effects: [{ kind: 'start-patience', until: 'arrival' }],
};

type OpenState = Exclude<PresenceState, { kind: 'ended' }>;

const ENDED: PresenceState = { kind: 'ended' };
const BEGIN: readonly PresenceEffect[] = [{ kind: 'begin-attempt' }, { kind: 'start-patience', until: 'handshake' }];
const stay = (state: PresenceState): PresenceStep => ({ state, effects: [] });
const end = (report: EndReason | undefined): PresenceStep => ({ state: ENDED, effects: [{ kind: 'end', report }] });
const returning = (...before: readonly PresenceEffect[]): PresenceStep => ({
  state: { kind: 'returning', link: 'offered' },
  effects: [...before, ...BEGIN],
});

/** One step. Pure: the driver in `call-job.ts` performs the effects. */
export function stepPresence(state: PresenceState, input: PresenceInput): PresenceStep {
  if (state.kind === 'ended') return stay(state);
  switch (input.kind) {
    case 'user-here':
      return onUserHere(state);
    case 'user-gone':
      return onUserGone(state, input.isDeliberate);
    case 'voice-subscribed':
      return state.kind === 'waiting' ? liveIfReady({ ...state, isVoiceSubscribed: true }) : stay(state);
    case 'confirmed':
      return onConfirmed(state);
    case 'peer-ready':
      return onPeerReady(state);
    case 'stalled':
      return onStalled(state);
    case 'patience-over':
      return onPatienceOver(state, input.isForged);
    case 'length-reached':
      // The oracle's own decision, not a failure; `expired` is the backend's word.
      return end('completed');
    case 'conversation-failed':
    case 'unprotected':
    case 'stop':
      return end('agent-failed');
    case 'seat-lost':
      return end(input.isDeliberate ? undefined : 'connection-lost');
    default:
      return input satisfies never;
  }
}

type LinkedState = Extract<PresenceState, { kind: 'waiting' | 'returning' }>;

/** The state, when the key exchange has come so far in it. */
function withLink(state: OpenState, link: LinkProgress): LinkedState | undefined {
  return (state.kind === 'waiting' || state.kind === 'returning') && state.link === link ? state : undefined;
}

function onUserHere(state: OpenState): PresenceStep {
  switch (state.kind) {
    case 'waiting':
      if (state.isUserHere) return onStrangeReturn(state);
      return {
        state: { ...state, isUserHere: true, link: 'offered' },
        effects: [{ kind: 'stop-patience' }, ...BEGIN],
      };
    case 'away':
      return returning({ kind: 'stop-patience' });
    case 'live':
      // Somebody of this identity has entered anew, and has none of our keys.
      return returning({ kind: 'hush' });
    case 'returning':
      return onStrangeReturn(state);
  }
}

/** Somebody of this identity has entered anew without having left. An offer that is out serves; agreed keys do not. */
function onStrangeReturn(state: LinkedState): PresenceStep {
  return state.link === 'offered' ? stay(state) : { state: { ...state, link: 'offered' }, effects: BEGIN };
}

function onUserGone(state: OpenState, isDeliberate: boolean): PresenceStep {
  // Whoever hangs up has told the backend; the agent only has to go.
  if (isDeliberate) return end(undefined);
  const effects: readonly PresenceEffect[] = [{ kind: 'start-patience', until: 'return' }];
  switch (state.kind) {
    case 'waiting':
      return state.isUserHere ? { state: { ...state, isUserHere: false, link: 'none' }, effects } : stay(state);
    case 'live':
    case 'returning':
      return { state: { kind: 'away' }, effects: [{ kind: 'mute' }, ...effects] };
    case 'away':
      return stay(state);
  }
}

function onConfirmed(state: OpenState): PresenceStep {
  const offered = withLink(state, 'offered');
  if (offered === undefined) return stay(state);
  return { state: { ...offered, link: 'confirmed' }, effects: [{ kind: 'stop-patience' }] };
}

function onPeerReady(state: OpenState): PresenceStep {
  const confirmed = withLink(state, 'confirmed');
  return confirmed === undefined ? stay(state) : liveIfReady({ ...confirmed, link: 'ready' });
}

function onStalled(state: OpenState): PresenceStep {
  switch (state.kind) {
    case 'live':
      return returning({ kind: 'hush' });
    case 'waiting':
    case 'returning':
      // Of an offer that goes unanswered the patience goes on.
      if (state.link === 'offered') return { state, effects: [{ kind: 'begin-attempt' }] };
      return state.link === 'none' ? stay(state) : { state: { ...state, link: 'offered' }, effects: BEGIN };
    case 'away':
      return stay(state);
  }
}

function onPatienceOver(state: OpenState, isForged: boolean): PresenceStep {
  if (withLink(state, 'offered') !== undefined) return end(isForged ? 'invalid-authentication' : 'agent-failed');
  const isAlone = state.kind === 'away' || (state.kind === 'waiting' && !state.isUserHere);
  return isAlone ? end('connection-lost') : stay(state);
}

function liveIfReady(state: LinkedState): PresenceStep {
  if (state.link !== 'ready') return stay(state);
  if (state.kind === 'returning') return { state: { kind: 'live' }, effects: [{ kind: 'unmute' }] };
  if (!state.isVoiceSubscribed) return stay(state);
  return { state: { kind: 'live' }, effects: [{ kind: 'unmute' }, { kind: 'greet' }] };
}
