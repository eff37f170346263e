import { expect, test } from 'vitest';
import { fixedBytes, fixedSecret } from '../handshake/call.fixture.ts';
import { Epoch } from '../key-schedule/key-schedule.ts';
import {
  AGENT_REKEY_CELLS,
  AGENT_REKEY_STATES,
  AGENT_REKEY_TRANSITIONS,
  agentRekeyCell,
  reduceAgentRekey,
  type AgentRekeyCell,
  type AgentRekeyInput,
  type AgentRekeyState,
  type AgentRekeyStateName,
} from './agent-rekey-machine.ts';
import {
  reduceUserRekey,
  USER_REKEY_CELLS,
  USER_REKEY_STATES,
  USER_REKEY_TRANSITIONS,
  userRekeyCell,
  type UserRekeyCell,
  type UserRekeyInput,
  type UserRekeyState,
  type UserRekeyStateName,
} from './user-rekey-machine.ts';

const epoch = (number: number): Epoch =>
  new Epoch({
    chainKey: fixedSecret('chain'),
    sharedSecret: fixedSecret('shared'),
    transcript: fixedBytes('transcript'),
    attempt: 1,
    epoch: number,
  });
const frame = new Uint8Array(1);

/** Current epoch 5 in every state; an exchange under way makes epoch 6. */
const USER: Record<UserRekeyStateName, () => UserRekeyState> = {
  steady: () => ({ name: 'steady', current: epoch(5) }),
  accepted: () => ({
    name: 'accepted',
    current: epoch(5),
    accepted: { next: epoch(6), offerDigest: 'offer-seen', frame },
  }),
  draining: () => ({
    name: 'draining',
    current: epoch(5),
    previous: epoch(4),
    offerDigest: 'offer-seen',
    confirmDigest: 'confirm-seen',
  }),
  closed: () => ({ name: 'closed' }),
};

const USER_INPUTS: Record<UserRekeyCell, () => UserRekeyInput> = {
  'offer-next': () => ({ kind: 'rekey-offer', epoch: 6, digest: 'new' }),
  'offer-again': () => ({ kind: 'rekey-offer', epoch: 6, digest: 'offer-seen' }),
  'offer-earlier': () => ({ kind: 'rekey-offer', epoch: 5, digest: 'new' }),
  'offer-later': () => ({ kind: 'rekey-offer', epoch: 7, digest: 'new' }),
  'confirm-next': () => ({ kind: 'rekey-confirm', epoch: 6, digest: 'new' }),
  'confirm-again': () => ({ kind: 'rekey-confirm', epoch: 5, digest: 'confirm-seen' }),
  'confirm-earlier': () => ({ kind: 'rekey-confirm', epoch: 5, digest: 'new' }),
  'confirm-later': () => ({ kind: 'rekey-confirm', epoch: 7, digest: 'new' }),
  'offer-verified': () => ({
    kind: 'offer-verified',
    accepted: { next: epoch(6), offerDigest: 'new', frame },
  }),
  'confirm-verified': () => ({ kind: 'confirm-verified', digest: 'new' }),
  'grace-over': () => ({ kind: 'grace-over', epoch: 4 }),
  'grace-over-other': () => ({ kind: 'grace-over', epoch: 3 }),
  close: () => ({ kind: 'close' }),
};

const USER_PAIRS = USER_REKEY_STATES.flatMap((state) => USER_REKEY_CELLS.map((cell) => [state, cell] as const));

/** Everything that a state keeps alive. */
const userHeld = (state: UserRekeyState): readonly Epoch[] => {
  if (state.name === 'closed') return [];
  if (state.name === 'accepted') return [state.current, state.accepted.next];
  return state.name === 'draining' ? [state.current, state.previous] : [state.current];
};

test.each(USER_PAIRS)('user, %s × %s: the table is followed and no epoch is lost', (name, cell) => {
  const [before, input] = [USER[name](), USER_INPUTS[cell]()];
  const { state, transition, discarded } = reduceUserRekey(before, input);
  expect(transition).toBe(USER_REKEY_TRANSITIONS[name][userRekeyCell(before, input)]);
  expect(state.name).toBe(transition.to);
  // Every epoch that was there or came is either kept or handed over to be wiped, never both.
  const brought = input.kind === 'offer-verified' ? [input.accepted.next] : [];
  const expected = new Set([...userHeld(before), ...brought]);
  expect(new Set([...userHeld(state), ...discarded])).toEqual(expected);
  expect(userHeld(state).length + discarded.length).toBe(expected.size);
});

test('user: only these pairs lead to another state', () => {
  const changes = USER_PAIRS.filter(([name, cell]) => USER_REKEY_TRANSITIONS[name][cell].to !== name).map(
    ([name, cell]) => `${name} ${cell} ${USER_REKEY_TRANSITIONS[name][cell].to}`,
  );
  expect(changes.toSorted()).toEqual([
    'accepted close closed',
    'accepted confirm-verified draining',
    'draining close closed',
    'draining grace-over steady',
    'draining offer-verified accepted',
    'steady close closed',
    'steady offer-verified accepted',
  ]);
});

test('user: keys are installed, and sending switches, only after verification', () => {
  for (const [name, cell] of USER_PAIRS) {
    const { effect } = USER_REKEY_TRANSITIONS[name][cell];
    if (effect === 'install-and-accept') expect(cell).toBe('offer-verified');
    if (effect === 'switch-and-drain') expect([name, cell]).toEqual(['accepted', 'confirm-verified']);
  }
});

const seed = fixedSecret('seed');

const AGENT: Record<AgentRekeyStateName, () => AgentRekeyState> = {
  steady: () => ({ name: 'steady', current: epoch(5) }),
  offered: () => ({ name: 'offered', current: epoch(5), offered: { epoch: 6, frame, seed } }),
  confirmed: () => ({
    name: 'confirmed',
    current: epoch(5),
    previous: epoch(4),
    acceptDigest: 'accept-seen',
    frame,
  }),
  draining: () => ({
    name: 'draining',
    current: epoch(5),
    previous: epoch(4),
    acceptDigest: 'accept-seen',
    frame,
  }),
  closed: () => ({ name: 'closed' }),
};

const AGENT_INPUTS: Record<AgentRekeyCell, () => AgentRekeyInput> = {
  begin: () => ({ kind: 'begin', offered: { epoch: 6, frame, seed: fixedSecret('new seed') } }),
  'accept-next': () => ({ kind: 'rekey-accept', epoch: 6, digest: 'new' }),
  'accept-again': () => ({ kind: 'rekey-accept', epoch: 5, digest: 'accept-seen' }),
  'accept-earlier': () => ({ kind: 'rekey-accept', epoch: 5, digest: 'new' }),
  'accept-later': () => ({ kind: 'rekey-accept', epoch: 7, digest: 'new' }),
  'accept-verified': () => ({ kind: 'accept-verified', next: epoch(6), digest: 'new', frame }),
  'peer-switched': () => ({ kind: 'peer-switched', epoch: 5 }),
  'peer-switched-other': () => ({ kind: 'peer-switched', epoch: 4 }),
  'grace-over': () => ({ kind: 'grace-over', epoch: 4 }),
  'grace-over-other': () => ({ kind: 'grace-over', epoch: 3 }),
  close: () => ({ kind: 'close' }),
};

const AGENT_PAIRS = AGENT_REKEY_STATES.flatMap((state) => AGENT_REKEY_CELLS.map((cell) => [state, cell] as const));

const agentHeld = (state: AgentRekeyState): readonly Epoch[] => {
  if (state.name === 'closed') return [];
  return 'previous' in state ? [state.current, state.previous] : [state.current];
};

test.each(AGENT_PAIRS)('agent, %s × %s: the table is followed and no epoch or key is lost', (name, cell) => {
  const [before, input] = [AGENT[name](), AGENT_INPUTS[cell]()];
  const { state, transition, discarded, discardedSeed } = reduceAgentRekey(before, input);
  expect(transition).toBe(AGENT_REKEY_TRANSITIONS[name][agentRekeyCell(before, input)]);
  expect(state.name).toBe(transition.to);
  const brought = input.kind === 'accept-verified' ? [input.next] : [];
  const expected = new Set([...agentHeld(before), ...brought]);
  expect(new Set([...agentHeld(state), ...discarded])).toEqual(expected);
  expect(agentHeld(state).length + discarded.length).toBe(expected.size);
  const seedsBefore = [...(before.name === 'offered' ? [before.offered.seed] : [])];
  if (input.kind === 'begin') seedsBefore.push(input.offered.seed);
  const seedsAfter = [...(state.name === 'offered' ? [state.offered.seed] : [])];
  if (discardedSeed !== undefined) seedsAfter.push(discardedSeed);
  expect(seedsAfter).toHaveLength(seedsBefore.length);
});

test('agent: only these pairs lead to another state', () => {
  const changes = AGENT_PAIRS.filter(([name, cell]) => AGENT_REKEY_TRANSITIONS[name][cell].to !== name).map(
    ([name, cell]) => `${name} ${cell} ${AGENT_REKEY_TRANSITIONS[name][cell].to}`,
  );
  expect(changes.toSorted()).toEqual([
    'confirmed close closed',
    'confirmed peer-switched draining',
    'draining begin offered',
    'draining close closed',
    'draining grace-over steady',
    'offered accept-verified confirmed',
    'offered close closed',
    'steady begin offered',
    'steady close closed',
  ]);
});

test('agent: sending switches only after verification', () => {
  const switching = AGENT_PAIRS.filter(
    ([name, cell]) => AGENT_REKEY_TRANSITIONS[name][cell].effect === 'install-confirm-switch',
  );
  expect(switching).toEqual([['offered', 'accept-verified']]);
});

test('nothing of the other end is taken once all is closed', () => {
  for (const cell of USER_REKEY_CELLS) {
    const isOwn = cell === 'close' || cell.startsWith('grace-over');
    expect(USER_REKEY_TRANSITIONS.closed[cell].effect).toBe(isOwn ? 'ignore' : 'refuse');
  }
  for (const cell of AGENT_REKEY_CELLS) {
    const isOwn = cell === 'close' || cell.startsWith('grace-over') || cell.startsWith('peer-switched');
    expect(AGENT_REKEY_TRANSITIONS.closed[cell].effect).toBe(isOwn ? 'ignore' : 'refuse');
  }
});
