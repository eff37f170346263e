import { createCallId, OracleCallError, parseMatrixEventId, parseSfuRoomName } from '@oracle-calls/protocol';
import { describe, expect, test } from 'vitest';
import { CALL_TRANSITIONS_TABLE, step, type CallInput, type CallInputKind } from './call-machine.ts';
import { MILESTONES, type CallState, type CallStateKind, type Milestone } from './call-state.ts';

const callId = createCallId(parseMatrixEventId('$event'), parseSfuRoomName('lk-room'));
const error = new OracleCallError('ERR_MEDIA_CONNECT');

const INPUTS: Readonly<Record<CallInputKind, CallInput>> = {
  start: { kind: 'start' },
  oracleResolved: { kind: 'oracleResolved' },
  eventSent: { kind: 'eventSent', callId },
  sfuConnected: { kind: 'sfuConnected' },
  oracleAttached: { kind: 'oracleAttached' },
  end: { kind: 'end', reason: 'media-failed', error },
  closed: { kind: 'closed' },
};

/** Every subset, by the bits of a number. */
const subsets = (items: readonly Milestone[]): Milestone[][] =>
  Array.from({ length: 2 ** items.length }, (_, bits) => items.filter((_item, at) => (bits >> at) % 2 === 1));

/** Every state there can be, up to the values of reasons. */
const STATES: readonly CallState[] = [
  { kind: 'Idle' },
  { kind: 'Preparing' },
  ...subsets(MILESTONES)
    .filter((awaiting) => awaiting.length > 0)
    .map((awaiting): CallState => ({
      kind: 'Connecting',
      callId: awaiting.includes('event') ? undefined : callId,
      awaiting,
    })),
  { kind: 'Live', callId },
  { kind: 'Ending', callId: undefined, reason: 'cancelled', error: undefined },
  { kind: 'Ending', callId, reason: 'hangup', error: undefined },
  { kind: 'Ended', callId, reason: 'hangup', error: undefined },
];

describe.each(STATES)('in $kind $awaiting', (state) => {
  test.each(Object.values(INPUTS))('$kind leads only where the table says', (input) => {
    const allowed = CALL_TRANSITIONS_TABLE[state.kind][input.kind];
    const next = step(state, input);
    if (next.state === state) {
      expect(next.effects).toEqual([]);
      // Unmoved although the table has a way: only a milestone that was reached before.
      if (allowed.length > 0) expect(state.kind).toBe('Connecting');
    } else {
      expect(allowed).toContain(next.state.kind);
    }
  });
});

test('every way that the table names is taken by some state', () => {
  for (const [from, row] of Object.entries(CALL_TRANSITIONS_TABLE)) {
    for (const [inputKind, targets] of Object.entries(row)) {
      const input = INPUTS[inputKind as CallInputKind];
      const reached = STATES.filter(({ kind }) => kind === from).map((state) => step(state, input).state.kind);
      for (const target of targets) expect(reached, `${from} --${inputKind}-->`).toContain(target);
    }
  }
});

test('the three milestones make a call live in whatever order they are reached', () => {
  const orders = [
    ['eventSent', 'sfuConnected', 'oracleAttached'],
    ['eventSent', 'oracleAttached', 'sfuConnected'],
    ['sfuConnected', 'eventSent', 'oracleAttached'],
    ['sfuConnected', 'oracleAttached', 'eventSent'],
    ['oracleAttached', 'eventSent', 'sfuConnected'],
    ['oracleAttached', 'sfuConnected', 'eventSent'],
  ] as const satisfies readonly CallInputKind[][];
  for (const order of orders) {
    let state: CallState = { kind: 'Connecting', callId: undefined, awaiting: MILESTONES };
    const effects = order.flatMap((kind) => {
      const next = step(state, INPUTS[kind]);
      state = next.state;
      return next.effects;
    });
    expect(state).toEqual({ kind: 'Live', callId });
    expect(effects.at(-1)).toBe('live');
    // The oracle is waited for exactly when nothing else is missing.
    expect(effects.includes('watchOracle')).toBe(order[2] === 'oracleAttached');
  }
});

test('the first reason for ending stays, whatever comes later', () => {
  const ending = step({ kind: 'Live', callId }, { kind: 'end', reason: 'hangup' });
  expect(ending.effects).toEqual(['close']);
  expect(step(ending.state, INPUTS.end).state).toBe(ending.state);
  expect(step(ending.state, INPUTS.closed)).toEqual({
    state: { kind: 'Ended', callId, reason: 'hangup', error: undefined },
    effects: ['finished'],
  });
});

test('an id that Matrix gives while the call is ending is kept', () => {
  const ending: CallState = { kind: 'Ending', callId: undefined, reason: 'cancelled', error: undefined };
  expect(step(ending, INPUTS.eventSent).state).toEqual({ ...ending, callId });
});

test('an ended call is moved by nothing', () => {
  const ended: CallState = { kind: 'Ended', callId, reason: 'hangup', error: undefined };
  for (const input of Object.values(INPUTS)) expect(step(ended, input)).toEqual({ state: ended, effects: [] });
});

test('the table has a row for every state and a cell for every input', () => {
  const kinds: CallStateKind[] = ['Idle', 'Preparing', 'Connecting', 'Live', 'Ending', 'Ended'];
  expect(Object.keys(CALL_TRANSITIONS_TABLE)).toEqual(kinds);
  for (const row of Object.values(CALL_TRANSITIONS_TABLE)) expect(Object.keys(row)).toEqual(Object.keys(INPUTS));
});
