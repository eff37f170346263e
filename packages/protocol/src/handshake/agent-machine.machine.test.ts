import { expect, test } from 'vitest';
import {
  AGENT_CELLS,
  AGENT_STATES,
  AGENT_TRANSITIONS,
  agentCell,
  reduceAgent,
  type AgentCell,
  type AgentInput,
  type AgentState,
  type AgentStateName,
  type OfferedAttempt,
} from './agent-machine.ts';
import { fixedSecret, createEnds, shakeHands } from './call.fixture.ts';

const { agentSession: session } = await shakeHands(createEnds());

const offered = (attempt: number): OfferedAttempt => ({
  attempt,
  userIdentity: 'user',
  agentIdentity: 'agent',
  frame: new Uint8Array([attempt]),
  ephemeral: fixedSecret('ephemeral'),
});

/** Every state as it is at attempt 5. */
const STATES: Record<AgentStateName, () => AgentState> = {
  idle: () => ({ name: 'idle' }),
  offered: () => ({ name: 'offered', offered: offered(5) }),
  confirmed: () => ({ name: 'confirmed', attempt: 5, acceptDigest: 'accept-5', frame: new Uint8Array(1), session }),
  closed: () => ({ name: 'closed' }),
};

/** Inputs that fall into each column when the state is at attempt 5; `idle` and `closed` know no attempt. */
const INPUTS: Record<AgentCell, () => AgentInput> = {
  'begin-later': () => ({ kind: 'begin', offered: offered(6) }),
  'begin-not-later': () => ({ kind: 'begin', offered: offered(5) }),
  'accept-current': () => ({ kind: 'accept', attempt: 5, digest: 'other' }),
  'accept-again': () => ({ kind: 'accept', attempt: 5, digest: 'accept-5' }),
  'accept-earlier': () => ({ kind: 'accept', attempt: 4, digest: 'accept-4' }),
  'accept-later': () => ({ kind: 'accept', attempt: 6, digest: 'accept-6' }),
  'accept-verified': () => ({ kind: 'accept-verified', digest: 'accept-5', frame: new Uint8Array(2), session }),
  close: () => ({ kind: 'close' }),
};

const PAIRS = AGENT_STATES.flatMap((state) => AGENT_CELLS.map((cell) => [state, cell] as const));

test.each(PAIRS)('%s × %s goes where the table says, and effects belong to it', (name, cell) => {
  const [before, input] = [STATES[name](), INPUTS[cell]()];
  const { state, step } = reduceAgent(before, input);
  // States that know no attempt see some inputs in another column: that column's row is what counts.
  expect(step).toBe(AGENT_TRANSITIONS[name][agentCell(before, input)]);
  expect(state.name).toBe(step.to);
  if (state.name === before.name && step.effect !== 'send-offer' && input.kind !== 'close') expect(state).toBe(before);
});

test.each(PAIRS.filter(([name]) => name === 'offered' || name === 'confirmed'))(
  '%s: the input made for %s falls into its column',
  (name, cell) => {
    const expected = name === 'offered' && cell === 'accept-again' ? 'accept-current' : cell;
    expect(agentCell(STATES[name](), INPUTS[cell]())).toBe(expected);
  },
);

test('only these pairs lead to another state', () => {
  const changes = PAIRS.filter(([name, cell]) => AGENT_TRANSITIONS[name][cell].to !== name).map(
    ([name, cell]) => `${name} ${cell} ${AGENT_TRANSITIONS[name][cell].to}`,
  );
  expect(changes.toSorted()).toEqual([
    'confirmed begin-later offered',
    'confirmed close closed',
    'idle begin-later offered',
    'idle close closed',
    'offered accept-verified confirmed',
    'offered close closed',
  ]);
});

test('a session is delivered only after verification', () => {
  const delivering = PAIRS.filter(([name, cell]) => AGENT_TRANSITIONS[name][cell].effect === 'deliver-session');
  expect(delivering).toEqual([['offered', 'accept-verified']]);
});

test('nothing is taken or begun once all is closed', () => {
  for (const cell of AGENT_CELLS) {
    const step = AGENT_TRANSITIONS.closed[cell];
    expect(step).toMatchObject(cell === 'close' ? { effect: 'nothing' } : { code: 'ERR_HANDSHAKE_CLOSED' });
  }
});

test('what a state held is discarded with it, and what a refused input brought too', () => {
  for (const [name, cell] of PAIRS) {
    const [before, input] = [STATES[name](), INPUTS[cell]()];
    const { state, step, discarded } = reduceAgent(before, input);
    const held =
      before.name === 'offered' ? before.offered.ephemeral : before.name === 'confirmed' ? before.session : undefined;
    if (held !== undefined && input.kind !== 'accept-verified') {
      expect(discarded.includes(held), `${name} × ${cell}`).toBe(state !== before);
    }
    // A confirmed attempt needs its ephemeral key no more.
    if (step.effect === 'deliver-session') expect(discarded).toEqual([held]);
    if (step.effect !== 'refuse') continue;
    if (input.kind === 'begin') expect(discarded).toEqual([input.offered.ephemeral]);
    if (input.kind === 'accept-verified') expect(discarded).toEqual([input.session]);
  }
});
