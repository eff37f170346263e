import { describe, expect, it } from 'vitest';
import { INITIAL_PRESENCE, stepPresence } from './presence.ts';
import type { LinkProgress, PresenceEffect, PresenceInput, PresenceState } from './presence.ts';

const waiting = (isUserHere: boolean, isVoiceSubscribed: boolean, link: LinkProgress) =>
  ({ kind: 'waiting', isUserHere, isVoiceSubscribed, link }) as const;

const STATES = {
  'waiting for both': waiting(false, false, 'none'),
  'waiting for the user': waiting(false, true, 'none'),
  'offered, unheard': waiting(true, false, 'offered'),
  offered: waiting(true, true, 'offered'),
  'confirmed, unheard': waiting(true, false, 'confirmed'),
  confirmed: waiting(true, true, 'confirmed'),
  'ready, unheard': waiting(true, false, 'ready'),
  live: { kind: 'live' },
  returning: { kind: 'returning', link: 'offered' },
  returned: { kind: 'returning', link: 'confirmed' },
  away: { kind: 'away' },
  ended: { kind: 'ended' },
} as const satisfies Record<string, PresenceState>;

const INPUTS = {
  'user-here': { kind: 'user-here' },
  vanished: { kind: 'user-gone', isDeliberate: false },
  'hung up': { kind: 'user-gone', isDeliberate: true },
  'voice-subscribed': { kind: 'voice-subscribed' },
  confirmed: { kind: 'confirmed' },
  'peer-ready': { kind: 'peer-ready' },
  stalled: { kind: 'stalled' },
  'patience-over': { kind: 'patience-over', isForged: false },
  'patience-over, forged': { kind: 'patience-over', isForged: true },
  'length-reached': { kind: 'length-reached' },
  'conversation-failed': { kind: 'conversation-failed' },
  unprotected: { kind: 'unprotected' },
  'seat lost': { kind: 'seat-lost', isDeliberate: false },
  'room deleted': { kind: 'seat-lost', isDeliberate: true },
  stop: { kind: 'stop' },
} as const satisfies Record<string, PresenceInput>;

type StateName = keyof typeof STATES;
type InputName = keyof typeof INPUTS;

/** What ends every call that has not ended, whatever its state. */
const ENDINGS: Partial<Record<InputName, string>> = {
  'hung up': 'end undefined',
  'length-reached': 'end completed',
  'conversation-failed': 'end agent-failed',
  unprotected: 'end agent-failed',
  'seat lost': 'end connection-lost',
  'room deleted': 'end undefined',
  stop: 'end agent-failed',
};

type Moves = Partial<Record<InputName, readonly [StateName, ...string[]]>>;

const BEGIN = ['begin-attempt', 'start-patience handshake'];
const ALONE: Moves = {
  'patience-over': ['ended', 'end connection-lost'],
  'patience-over, forged': ['ended', 'end connection-lost'],
};
const UNANSWERED: Moves = {
  'patience-over': ['ended', 'end agent-failed'],
  'patience-over, forged': ['ended', 'end invalid-authentication'],
};
const ANEW = (state: StateName): Moves => ({ stalled: [state, ...BEGIN], 'user-here': [state, ...BEGIN] });

/** Every other pair that does something: the next state and the effects. Pairs that stand nowhere do nothing. */
const MOVES: Partial<Record<StateName, Moves>> = {
  'waiting for both': {
    ...ALONE,
    'user-here': ['offered, unheard', 'stop-patience', ...BEGIN],
    'voice-subscribed': ['waiting for the user'],
  },
  'waiting for the user': { ...ALONE, 'user-here': ['offered', 'stop-patience', ...BEGIN] },
  'offered, unheard': {
    ...UNANSWERED,
    'voice-subscribed': ['offered'],
    confirmed: ['confirmed, unheard', 'stop-patience'],
    stalled: ['offered, unheard', 'begin-attempt'],
    vanished: ['waiting for both', 'start-patience return'],
  },
  offered: {
    ...UNANSWERED,
    confirmed: ['confirmed', 'stop-patience'],
    stalled: ['offered', 'begin-attempt'],
    vanished: ['waiting for the user', 'start-patience return'],
  },
  'confirmed, unheard': {
    'voice-subscribed': ['confirmed'],
    'peer-ready': ['ready, unheard'],
    ...ANEW('offered, unheard'),
    vanished: ['waiting for both', 'start-patience return'],
  },
  confirmed: {
    'peer-ready': ['live', 'unmute', 'greet'],
    ...ANEW('offered'),
    vanished: ['waiting for the user', 'start-patience return'],
  },
  'ready, unheard': {
    'voice-subscribed': ['live', 'unmute', 'greet'],
    ...ANEW('offered, unheard'),
    vanished: ['waiting for both', 'start-patience return'],
  },
  live: {
    'user-here': ['returning', 'hush', ...BEGIN],
    stalled: ['returning', 'hush', ...BEGIN],
    vanished: ['away', 'mute', 'start-patience return'],
  },
  returning: {
    ...UNANSWERED,
    confirmed: ['returned', 'stop-patience'],
    stalled: ['returning', 'begin-attempt'],
    vanished: ['away', 'mute', 'start-patience return'],
  },
  returned: {
    'peer-ready': ['live', 'unmute'],
    ...ANEW('returning'),
    vanished: ['away', 'mute', 'start-patience return'],
  },
  away: { ...ALONE, 'user-here': ['returning', 'stop-patience', ...BEGIN] },
};

const pairs = (Object.keys(STATES) as StateName[]).flatMap((state) =>
  (Object.keys(INPUTS) as InputName[]).map((input) => [state, input] as const),
);

function textOf(effect: PresenceEffect): string {
  if (effect.kind === 'end') return `end ${effect.report}`;
  return effect.kind === 'start-patience' ? `start-patience ${effect.until}` : effect.kind;
}

describe('who is in the room', () => {
  it('starts with a bounded wait for the user', () => {
    expect(INITIAL_PRESENCE.effects).toEqual([{ kind: 'start-patience', until: 'arrival' }]);
  });

  it.each(pairs)('%s, then %s', (state, input) => {
    const { state: next, effects } = stepPresence(STATES[state], INPUTS[input]);
    const texts = effects.map(textOf);
    const ending = state === 'ended' ? undefined : ENDINGS[input];
    const [wanted, ...wantedEffects] =
      ending === undefined ? (MOVES[state]?.[input] ?? [state]) : (['ended', ending] as const);
    expect(next).toEqual(STATES[wanted]);
    expect(texts).toEqual(wantedEffects);
  });
});
