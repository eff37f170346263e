import { describe, expect, it } from 'vitest';
import { INITIAL_PRESENCE, stepPresence } from './presence.ts';
import type { PresenceEffect, PresenceInput, PresenceState } from './presence.ts';

const STATES = {
  'waiting for both': { kind: 'waiting', isUserHere: false, isVoiceSubscribed: false },
  'waiting for the user': { kind: 'waiting', isUserHere: false, isVoiceSubscribed: true },
  'waiting to be received': { kind: 'waiting', isUserHere: true, isVoiceSubscribed: false },
  live: { kind: 'live' },
  away: { kind: 'away' },
  ended: { kind: 'ended' },
} as const satisfies Record<string, PresenceState>;

const INPUTS = {
  'user-here': { kind: 'user-here' },
  vanished: { kind: 'user-gone', isDeliberate: false },
  'hung up': { kind: 'user-gone', isDeliberate: true },
  'voice-subscribed': { kind: 'voice-subscribed' },
  'patience-over': { kind: 'patience-over' },
  'length-reached': { kind: 'length-reached' },
  'conversation-failed': { kind: 'conversation-failed' },
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
  'seat lost': 'end connection-lost',
  'room deleted': 'end undefined',
  stop: 'end agent-failed',
};

/** Every other pair that does something: the next state and the effects. Pairs that stand nowhere do nothing. */
const MOVES: Partial<Record<StateName, Partial<Record<InputName, readonly [StateName, ...string[]]>>>> = {
  'waiting for both': {
    'user-here': ['waiting to be received', 'stop-patience'],
    'voice-subscribed': ['waiting for the user'],
    'patience-over': ['ended', 'end connection-lost'],
  },
  'waiting for the user': {
    'user-here': ['live', 'stop-patience', 'greet'],
    'patience-over': ['ended', 'end connection-lost'],
  },
  'waiting to be received': {
    'user-here': ['waiting to be received', 'stop-patience'],
    'voice-subscribed': ['live', 'stop-patience', 'greet'],
    vanished: ['waiting for both', 'start-patience return'],
  },
  live: { vanished: ['away', 'mute', 'start-patience return'] },
  away: {
    'user-here': ['live', 'stop-patience', 'unmute'],
    'patience-over': ['ended', 'end connection-lost'],
  },
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
