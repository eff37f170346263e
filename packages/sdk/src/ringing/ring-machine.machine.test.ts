import { describe, expect, test } from 'vitest';
import {
  RING_TRANSITIONS,
  stepRing,
  type RingFate,
  type RingInput,
  type RingInputKind,
  type RingState,
  type RingStateKind,
} from './ring-machine.ts';

const FATES: readonly RingFate[] = ['elsewhere', 'lapsed', 'cancelled'];
const INPUTS: readonly RingInput[] = [
  { kind: 'checked' },
  { kind: 'refused' },
  { kind: 'lineFree' },
  { kind: 'lineTaken' },
  { kind: 'accept' },
  { kind: 'decline' },
  ...FATES.map((fate) => ({ kind: 'over', fate }) as const),
];
const STATES: readonly RingState[] = [
  ...[undefined, ...FATES].map((fate) => ({ kind: 'Checking', fate }) as const),
  { kind: 'Waiting' },
  { kind: 'Ringing' },
  ...(['accepted', 'declined', ...FATES] as const).map((status) => ({ kind: 'Over', status }) as const),
  { kind: 'Dropped' },
];

describe.each(STATES)('in $kind $fate $status', (state) => {
  test.each(INPUTS)('$kind $fate leads only where the table says', (input) => {
    const allowed = RING_TRANSITIONS[state.kind][input.kind] ?? [];
    const next = stepRing(state, input);
    if (next.state === state) {
      expect(next.effects).toEqual([]);
      // Unmoved although the table has a way: only a second fate, which the first keeps out.
      if (allowed.length > 0) expect(state).toMatchObject({ kind: 'Checking', fate: expect.any(String) });
    } else {
      expect(allowed).toContain(next.state.kind);
    }
  });

  test.each(INPUTS)('$kind $fate tells of nothing that was not checked', (input) => {
    const { state: next, effects } = stepRing(state, input);
    if (state.kind === 'Checking' && input.kind !== 'checked') expect(effects).not.toContain('tell');
    // What rings is told, what is over is told and lets go, what is dropped lets go in silence.
    const due = { Checking: [], Waiting: [], Ringing: ['tell'], Over: ['tell', 'release'], Dropped: ['release'] };
    if (next !== state) expect(effects).toEqual(due[next.kind]);
  });
});

test('every way that the table names is taken by some state', () => {
  for (const [from, row] of Object.entries(RING_TRANSITIONS)) {
    for (const [kind, targets] of Object.entries(row)) {
      const reached = STATES.filter((state) => state.kind === from).flatMap((state) =>
        INPUTS.filter((input) => input.kind === kind).map((input) => stepRing(state, input).state.kind),
      );
      for (const target of targets) expect(reached, `${from} --${kind}-->`).toContain(target);
    }
  }
});

test('the table has a row for every state', () => {
  const kinds: RingStateKind[] = ['Checking', 'Waiting', 'Ringing', 'Over', 'Dropped'];
  expect(Object.keys(RING_TRANSITIONS)).toEqual(kinds);
});

test('whoever was first to end it while it was checked is who did', () => {
  const checking: RingState = { kind: 'Checking', fate: undefined };
  const fated = stepRing(checking, { kind: 'over', fate: 'elsewhere' }).state;
  expect(stepRing(fated, { kind: 'over', fate: 'lapsed' }).state).toBe(fated);
  expect(stepRing(fated, { kind: 'checked' }).state).toEqual({ kind: 'Over', status: 'elsewhere' });
  const kind: RingInputKind = 'refused';
  expect(stepRing(fated, { kind })).toEqual({ state: { kind: 'Dropped' }, effects: ['release'] });
});
