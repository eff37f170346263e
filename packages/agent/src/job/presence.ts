import type { EndReason } from '@oracle-calls/protocol';

/**
 * Who is in the room, and what the oracle does about it, from the moment its keys are set:
 *
 *   waiting ──(user here, and subscribed)──► live ◄──(same user back)── away
 *      │                                      └────(user vanished)─────►┘ │
 *      └──(nobody came)──► ended ◄──(hung up · room gone · broke · too long · did not come back)
 */
export type PresenceState =
  | { readonly kind: 'waiting'; readonly isUserHere: boolean; readonly isVoiceSubscribed: boolean }
  | { readonly kind: 'live' }
  | { readonly kind: 'away' }
  | { readonly kind: 'ended' };

export type PresenceInput =
  | { readonly kind: 'user-here' }
  /** `isDeliberate`: the user's client said goodbye, as opposed to falling silent. */
  | { readonly kind: 'user-gone'; readonly isDeliberate: boolean }
  /** Somebody receives our voice, or should have long since. */
  | { readonly kind: 'voice-subscribed' }
  | { readonly kind: 'patience-over' }
  | { readonly kind: 'length-reached' }
  | { readonly kind: 'conversation-failed' }
  /** The SFU connection is gone for good. `isDeliberate`: the room was deleted or the agent was removed. */
  | { readonly kind: 'seat-lost'; readonly isDeliberate: boolean }
  /** This process is told to stop. */
  | { readonly kind: 'stop' };

export type PresenceEffect =
  | { readonly kind: 'greet' }
  | { readonly kind: 'mute' }
  | { readonly kind: 'unmute' }
  /** Wait a bounded time for the user to come for the first time, or to come back; ends as `patience-over`. */
  | { readonly kind: 'start-patience'; readonly until: 'arrival' | 'return' }
  | { readonly kind: 'stop-patience' }
  /** Leave the room, and tell the backend why unless it knows already. */
  | { readonly kind: 'end'; readonly report: EndReason | undefined };

export interface PresenceStep {
  readonly state: PresenceState;
  readonly effects: readonly PresenceEffect[];
}

export const INITIAL_PRESENCE: PresenceStep = {
  state: { kind: 'waiting', isUserHere: false, isVoiceSubscribed: false },
  effects: [{ kind: 'start-patience', until: 'arrival' }],
};

const ENDED: PresenceState = { kind: 'ended' };
const stay = (state: PresenceState): PresenceStep => ({ state, effects: [] });
const end = (report: EndReason | undefined): PresenceStep => ({ state: ENDED, effects: [{ kind: 'end', report }] });

/** One step. Pure: the driver in `call-job.ts` performs the effects. */
export function stepPresence(state: PresenceState, input: PresenceInput): PresenceStep {
  if (state.kind === 'ended') return stay(state);
  switch (input.kind) {
    case 'user-here':
      return onUserHere(state);
    case 'user-gone':
      return onUserGone(state, input.isDeliberate);
    case 'voice-subscribed':
      return state.kind === 'waiting' ? greetIfReady({ ...state, isVoiceSubscribed: true }) : stay(state);
    case 'patience-over':
      return state.kind === 'live' || (state.kind === 'waiting' && state.isUserHere)
        ? stay(state)
        : end('connection-lost');
    case 'length-reached':
      // The oracle's own decision, not a failure; `expired` is the backend's word.
      return end('completed');
    case 'conversation-failed':
    case 'stop':
      return end('agent-failed');
    case 'seat-lost':
      return end(input.isDeliberate ? undefined : 'connection-lost');
    default:
      return input satisfies never;
  }
}

function onUserHere(state: Exclude<PresenceState, { kind: 'ended' }>): PresenceStep {
  switch (state.kind) {
    case 'waiting':
      return greetIfReady({ ...state, isUserHere: true });
    case 'away':
      return { state: { kind: 'live' }, effects: [{ kind: 'stop-patience' }, { kind: 'unmute' }] };
    case 'live':
      return stay(state);
  }
}

function onUserGone(state: Exclude<PresenceState, { kind: 'ended' }>, isDeliberate: boolean): PresenceStep {
  // Whoever hangs up has told the backend; the agent only has to go.
  if (isDeliberate) return end(undefined);
  switch (state.kind) {
    case 'waiting':
      return state.isUserHere
        ? { state: { ...state, isUserHere: false }, effects: [{ kind: 'start-patience', until: 'return' }] }
        : stay(state);
    case 'live':
      return { state: { kind: 'away' }, effects: [{ kind: 'mute' }, { kind: 'start-patience', until: 'return' }] };
    case 'away':
      return stay(state);
  }
}

function greetIfReady(state: Extract<PresenceState, { kind: 'waiting' }>): PresenceStep {
  if (!state.isUserHere) return stay(state);
  if (!state.isVoiceSubscribed) return { state, effects: [{ kind: 'stop-patience' }] };
  return { state: { kind: 'live' }, effects: [{ kind: 'stop-patience' }, { kind: 'greet' }] };
}
